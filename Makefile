# GNU make, one file, no recursion. `make MODE=asan check` builds beside, not over.
#   make            the programs, in build/MODE/
#   make demo       install what is missing, build, run the main job behind a private Postfix
#   make check      install what the tests need, build, run every test
#   make check-full  make check, then what takes long: stores in trouble, banners in Chromium, a real Sendmail, long kill tests
#   make lint       the slow checks: headers alone, clang-tidy, cppcheck, shellcheck, format
#   make fuzz       libFuzzer over every parser, FUZZ_S seconds each
#   make bench      throughput beside a milter that does nothing
#   make bench-store  every kind of store
#   make eval CORPUS=DIR   how well real mail is judged; BESIDE=rspamd,spamassassin,bogofilter
#   make docs       print conf/ and the manual pages from their tables
#   make install    DESTDIR and PREFIX are honoured
#   make deb        Debian packages, in build/deb/
#   make check-packages  the same, looked at by lintian, and installed, upgraded and purged in a clean Debian
MODE     ?= debug
PREFIX   ?= /usr/local
SYSCONFDIR ?= /etc/wonted
VERSION  := 0.1.0
B        := build/$(MODE)
CC       := $(if $(filter fuzz,$(MODE)),clang,gcc)
PKGS     := glib-2.0 gio-2.0 gmime-3.0 libpsl icu-uc icu-i18n libpcre2-8 libconfuse \
            sqlite3 jansson libcrypto libsystemd opendkim hiredis libarchive libseccomp libgsf-1 libqpdf zbar libpng libjpeg libwebp libmicrohttpd libcrypt libevent_core libcurl
PC_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
PC_FOUND := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
PC_LIBS  := $(PC_FOUND) -lgif -lunbound -llmdb -lmilter -lspf2 -lpthread -lm

MAINS    := milter/cmd/wonted-milter.c milter/cmd/wonted-learn.c milter/cmd/wonted-review.c milter/cmd/wonted-store.c milter/cmd/wonted.c
SRC      := $(wildcard milter/*.c milter/*/*.c)
LIBSRC   := $(filter-out $(MAINS),$(SRC))
OBJ      := $(SRC:%.c=$(B)/%.o)
LIBOBJ   := $(LIBSRC:%.c=$(B)/%.o)
PROGS    := $(patsubst milter/cmd/%.c,$(B)/%,$(wildcard $(MAINS)))
UNITS    := $(patsubst %_test.c,$(B)/%.t,$(wildcard t/10-unit/*/*_test.c t/60-store/*_test.c))
FUZZERS  := $(patsubst %.c,$(B)/%,$(wildcard t/80-fuzz/fuzz_*.c))
BENCHES  := $(patsubst %.c,$(B)/%,$(wildcard t/90-bench/*.c))
TOOLS    := $(patsubst %.c,$(B)/%,$(wildcard t/lib/*.c))

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual \
            -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Wformat=2 \
            -Wwrite-strings -Wundef -Wpointer-arith -Wswitch-enum -Wimplicit-fallthrough \
            -Wnull-dereference -fno-common
HARD     := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
            -fcf-protection -fPIE
HARDLINK := -pie -Wl,-z,relro -Wl,-z,now
CPPFLAGS += -Imilter -It -I$(B)/gen -D_GNU_SOURCE -DWONTED_VERSION='"$(VERSION)"' \
            -DWONTED_CONFDIR='"$(SYSCONFDIR)"' -include milter/base/banned.h $(PC_CFLAGS)
CFLAGS_debug   := -O1 -g -Werror
CFLAGS_release := -O2 -g $(HARD)
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all
CFLAGS_tsan    := -O1 -g -fsanitize=thread
CFLAGS_cov     := -O0 -g --coverage
# clang sees the casts inside of GLib's macros, gcc does not
CFLAGS_fuzz    := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all \
                  -Wno-cast-qual
LINK_release   := $(HARDLINK)
LINK_asan      := -fsanitize=address,undefined
LINK_tsan      := -fsanitize=thread
LINK_cov       := --coverage
LINK_fuzz      := -fsanitize=address,undefined
ALL_CFLAGS = -std=gnu17 $(WARN) $(CFLAGS_$(MODE)) $(CFLAGS)
LINK       = $(CC) $(ALL_CFLAGS) $(LINK_$(MODE)) $(LDFLAGS)
# GLib's test macros convert freely
TESTWARN   = $(if $(filter $(B)/t/%,$@),-Wno-conversion -Wno-sign-conversion) \
             $(if $(filter fuzz,$(MODE)),,$(if $(filter $(B)/t/80-fuzz/%,$@),-include t/80-fuzz/replay.h))

# in parallel, unless make was told how already
JOBS     ?= 2
# tests wait for each other's servers more than they compute
TEST_JOBS ?= $(shell expr $(JOBS) + 1)
SUBMAKE   = +$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))

all: $(PROGS)
$(B)/%.o: %.c $(B)/compiled-in $(if $(PC_FOUND),,packages-missing)
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(TESTWARN) -MMD -MP -c -o $@ $<
# the one table of dangerous endings, for rules that come without it
$(B)/milter/detect/file_kind.o: $(B)/gen/detect/shipped_endings.inc
$(B)/gen/detect/shipped_endings.inc: rules/lists/dangerous-endings.txt
	@mkdir -p $(@D); sed -n 's/^\(\.[^ ]*\).*/"\1",/p' $< > $@
# the style and the script of the review page, as bytes of C
$(B)/milter/review/assets.o: $(B)/gen/review/style.css.inc $(B)/gen/review/review.js.inc
$(B)/gen/review/%.inc: milter/review/%
	@mkdir -p $(@D); od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' > $@
# what the command line puts into the programs
$(B)/compiled-in: always
	@mkdir -p $(@D); echo '$(SYSCONFDIR) $(VERSION)' | cmp -s - $@ || echo '$(SYSCONFDIR) $(VERSION)' > $@
always:
$(B)/libwonted.a: $(LIBOBJ)
	@rm -f $@; ar rcs $@ $^
$(B)/wonted-milter $(B)/wonted-learn $(B)/wonted-review $(B)/wonted-store $(B)/wonted: $(B)/%: $(B)/milter/cmd/%.o $(B)/libwonted.a
	@echo "LD $@"
	@$(LINK) -o $@ $^ $(PC_LIBS)
$(UNITS): $(B)/t/%.t: $(B)/t/%_test.o $(B)/libwonted.a
	@echo "LD $@"
	@$(LINK) -o $@ $^ $(PC_LIBS)
# the reference that HTML is compared with
ORACLE   := $(B)/t/10-unit/message/html_oracle
$(ORACLE)_test.o: CPPFLAGS += $(shell pkg-config --cflags libxml-2.0 2>/dev/null | sed 's/-I/-isystem /g')
$(ORACLE).t: PC_LIBS += $(shell pkg-config --libs libxml-2.0 2>/dev/null)
$(FUZZERS): %: %.o $(B)/libwonted.a
	@echo "LD $@"
	@$(LINK) $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer) -o $@ $^ $(PC_LIBS)
$(BENCHES) $(TOOLS): %: %.o $(B)/libwonted.a
	@echo "LD $@"
	@$(LINK) -o $@ $^ $(PC_LIBS)

# -- tests ---------------------------------------------------------------------------------
SCRIPTS  := $(sort $(wildcard t/20-rules/*.t t/30-cases/*.t t/40-milter/*.t t/50-mta/*.t t/60-store/*.t \
            t/70-tools/*.t t/80-fuzz/*.t))
# these take long, or need what is fetched for them first
LONG_MTA := t/50-mta/sendmail.t t/50-mta/kill.t t/50-mta/migration.t
LONG     := t/80-fuzz/growth.t t/60-store/redis.t t/60-store/cluster.t t/60-store/pair.t t/60-store/serve_cluster.t
BROWSER  := t/75-browser/seen.t t/75-browser/review.t
# and this one real mail: only where WONTED_CORPUS names its folder
REAL     := $(if $(WONTED_CORPUS),,t/30-cases/declared.t)
SCRIPTS  := $(filter-out $(LONG_MTA) $(LONG) $(BROWSER) $(REAL),$(SCRIPTS))
# begun first, so that at the end nobody waits for one of them
SLOWEST  := t/30-cases/cases.t t/70-tools/commands.t t/40-milter/review.t
SCRIPTS  := $(SLOWEST) $(filter-out $(SLOWEST),$(SCRIPTS))
# sanitizers see no fault inside of GLib's slices
TESTENV  := WONTED_BUILD=$(B) $(if $(filter asan tsan,$(MODE)),G_SLICE=always-malloc) \
            $(if $(filter tsan,$(MODE)),TSAN_OPTIONS=suppressions=$(CURDIR)/t/lib/tsan.supp)

# what a test needs beside the programs
tests: $(PROGS) $(UNITS) $(FUZZERS) $(TOOLS) $(BENCHES)
check: packages-test
	@$(SUBMAKE) tests
	@$(TESTENV) t/all -j$(TEST_JOBS) $(SCRIPTS) $(sort $(wildcard t/00-lint/*.t)) $(UNITS)
# every parser fed with more and more; Redis, a cluster and a pair in all kinds of trouble, which mostly
# wait: after the rest
check-long: packages-test
	@$(SUBMAKE) tests
	@$(TESTENV) WONTED_SERVE_LONG=1 t/all -j$(JOBS) $(LONG)
# what takes long, or needs the network once (a Sendmail that is unpacked beside the machine's own mail
# server, and npm): after the rest. KILL_FAULTS kills and faults, MIGRATION_MESSAGES through two filters
KILL_FAULTS ?= 150
MIGRATION_MESSAGES ?= 200
check-mta: packages-test
	@contrib/debian/install-packages -x build/sendmail sendmail || echo "without it t/50-mta/sendmail.t is skipped"
	@$(SUBMAKE) tests
	@$(TESTENV) WONTED_KILL_FAULTS=$(KILL_FAULTS) WONTED_MIGRATION_MESSAGES=$(MIGRATION_MESSAGES) t/all -j$(JOBS) $(LONG_MTA)
check-browser: packages-test
	@contrib/debian/install-packages long
	@$(SUBMAKE) tests
	@$(TESTENV) t/all $(BROWSER)
check-full:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory check-long
	@$(MAKE) --no-print-directory check-mta
	@$(MAKE) --no-print-directory check-browser
# the reference engine: what is asked of both. t/40-milter/engines.t compares them in every run
check-reference:
	@$(SUBMAKE) milter-programs
	@WONTED_ENGINE=libmilter $(TESTENV) t/all -j$(JOBS) $(REFERENCE)
REFERENCE := $(addprefix t/40-milter/,daemon.t lua.t odd.t recipients.t) t/50-mta/actions.t
# only what runs in this process: for the sanitizer modes
units: $(UNITS) $(FUZZERS)
check-units:
	@$(SUBMAKE) units
	@$(TESTENV) t/all -j$(JOBS) $(UNITS) t/80-fuzz/replay.t
# behind a milter, under whatever MODE: for the sanitizer modes
milter-programs: $(PROGS) $(TOOLS)
check-milter:
	@$(SUBMAKE) milter-programs
	@$(TESTENV) t/all -j$(JOBS) $(filter-out $(REAL),$(sort $(wildcard t/30-cases/*.t t/40-milter/*.t)))
packages-missing:
	@contrib/debian/install-packages -n build
	@echo "pkg-config does not know all of: $(PKGS)" >&2; false
packages-%:
	@contrib/debian/install-packages $(sort build $*)
# what cppcheck can't know of GLib and jansson; leaks are left to the sanitizers, which see owners
CPPCHECK_BLIND := '-DG_STRINGIFY(x)="x"' '-Djson_array_foreach(a,i,v)=for(;;)' \
            '-Djson_object_foreach(o,k,v)=for(;;)' --suppress=missingIncludeSystem \
            --suppress=memleak --suppress=nullPointerOutOfMemory \
            --suppress=preprocessorErrorDirective --suppress=autoVariables --suppress=shiftTooManyBitsSigned
lint: packages-test
	@$(SUBMAKE) all hdr-check
	@printf '%s\n' $(LIBSRC) $(MAINS) | xargs -P$(JOBS) -I@ clang-tidy --quiet @ -- $(CPPFLAGS) -std=gnu17 2>/dev/null
	@cppcheck --quiet -j$(JOBS) --error-exitcode=1 --enable=warning,portability --inline-suppr \
	    $(CPPCHECK_BLIND) -Imilter milter
	@shellcheck $$(git ls-files | xargs grep -lE '^#!/bin/sh')
	@t/all t/00-lint/*.t
# each header alone
hdr-check: $(patsubst %.h,$(B)/%.hchk,$(wildcard milter/*.h milter/*/*.h))
$(B)/%.hchk: %.h
	@mkdir -p $(@D); $(CC) $(CPPFLAGS) -std=gnu17 -fsyntax-only -xc $< && touch $@
FUZZ_S   ?= 60
fuzz: packages-test
	@$(SUBMAKE) MODE=fuzz fuzz-run
fuzz-run: $(FUZZERS)
	@for f in $(FUZZERS); do n=$${f##*/fuzz_}; mkdir -p build/fuzz/found/$$n; \
	    echo "== $$n, $(FUZZ_S) s"; $$f -max_total_time=$(FUZZ_S) -timeout=10 -rss_limit_mb=2048 \
	    -print_final_stats=1 -artifact_prefix=build/fuzz/found/$$n/ \
	    build/fuzz/found/$$n t/80-fuzz/corpus/$$n || exit 1; done
bench: packages-build
	@$(SUBMAKE) MODE=release bench-run
bench-run: $(PROGS) $(BENCHES)
	@$(TESTENV) t/90-bench/run $(BENCH_ARGS)
bench-store: packages-build
	@$(MAKE) --no-print-directory MODE=release -j$(JOBS) bench-store-run
bench-store-run: $(PROGS) $(BENCHES)
	@$(TESTENV) t/90-bench/run-store $(BENCH_ARGS)
# envelopes and labels of a corpus through "wonted scan"; see t/90-bench/eval for EVAL_ARGS
eval: packages-build $(if $(BESIDE),packages-eval)
	@$(SUBMAKE) MODE=release all
	@test -n "$(CORPUS)" || { echo "make eval: say CORPUS=DIR; t/lib/Wonted/Corpus.pm says what is in it" >&2; exit 2; }
	@WONTED_BUILD=build/release t/90-bench/eval $(if $(BESIDE),--beside $(BESIDE)) $(EVAL_ARGS) "$(CORPUS)"

# -- for people ----------------------------------------------------------------------------
demo: packages-demo
	@$(SUBMAKE) MODE=release all
	@WONTED_BUILD=build/release contrib/demo/run $(DEMO_ARGS)
# conf/ and what is printed into rules/README come from the tables
docs: $(PROGS)
	@$(B)/wonted check --print-conf > conf/wonted.conf
	@$(B)/wonted check --print-man > conf/wonted.conf.5
	@t/lib/insert-names rules/README $(B)/wonted rules names --markdown
install:
	@$(SUBMAKE) MODE=release all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(SYSCONFDIR) \
	    $(DESTDIR)$(PREFIX)/share/doc/wonted
	install build/release/wonted-milter build/release/wonted-learn build/release/wonted-review \
	    build/release/wonted-store build/release/wonted $(DESTDIR)$(PREFIX)/sbin
	install -m 644 contrib/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 conf/wonted.conf.5 $(wildcard contrib/man/*.5) $(DESTDIR)$(PREFIX)/share/man/man5
	contrib/install-rules rules $(DESTDIR)$(SYSCONFDIR)/rules
	test -e $(DESTDIR)$(SYSCONFDIR)/wonted.conf || \
	    install -m 640 conf/wonted.conf $(DESTDIR)$(SYSCONFDIR)/wonted.conf
	install -m 644 README INSTALL LICENSE conf/people.example.csv \
	    rules/*.example $(DESTDIR)$(PREFIX)/share/doc/wonted
	install -d $(DESTDIR)$(PREFIX)/share/doc/wonted/contrib
	cp -R $(filter-out contrib/demo contrib/man contrib/install-rules,$(wildcard contrib/*)) \
	    $(DESTDIR)$(PREFIX)/share/doc/wonted/contrib
# contrib/debian becomes debian/ of a copy of the source; what it needs to be built is contrib/debian/packages
DEB      := build/deb/wonted-$(VERSION)
deb: packages-deb
	@mkdir -p $(DEB); rm -rf $(DEB)/debian $(addprefix $(DEB)/,milter rules conf contrib) build/deb/*.deb
	@cp -Rp README INSTALL LICENSE Makefile milter rules conf contrib $(DEB)
	@cp -R contrib/debian $(DEB)/debian; rm $(DEB)/debian/packages $(DEB)/debian/install-packages
	@sed -i "s/@PACKAGES@/$$(awk '!/^#/ && $$2 == "build" && $$1 != "build-essential" { printf "%s, ", $$1 }' contrib/debian/packages)/" $(DEB)/debian/control
	cd $(DEB) && MAKEFLAGS= DEB_BUILD_OPTIONS="parallel=$(JOBS) noautodbgsym" dpkg-buildpackage -us -uc -b
check-packages: deb
	@t/all t/77-packages/*.t
clean:
	rm -rf build

.PHONY: all always tests deb check-packages check check-long check-mta check-browser check-full check-reference units check-units milter-programs check-milter lint hdr-check fuzz fuzz-run bench bench-run eval \
	bench-store bench-store-run packages-missing demo docs install clean
.DELETE_ON_ERROR:
-include $(OBJ:.o=.d)
-include $(UNITS:%.t=%_test.d) $(FUZZERS:%=%.d) $(BENCHES:%=%.d) $(TOOLS:%=%.d)
