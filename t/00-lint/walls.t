#!/usr/bin/perl
# Each outside library has one place that includes its header.
use strict; use warnings;
my %wall = (
	'libmilter/'    => qr{^milter/session/engine_libmilter\.c$},
	'gmime/'        => qr{^milter/message/},
	'spf2/'         => qr{^milter/auth/spf\w*\.[ch]$},
	'opendkim/'     => qr{^milter/auth/dkim\w*\.[ch]$},
	'openssl/'      => qr{^milter/(auth/(dkim|keys)\w*|audit/seal)\.[ch]$},
	'unbound.h'     => qr{^milter/auth/resolver_unbound\.c$},
	'libpsl.h'      => qr{^milter/message/domain\.c$},
	'unicode/'      => qr{^milter/message/unicode\w*\.c$},
	'pcre2.h'       => qr{^milter/rule/match\.c$},
	'lmdb.h'        => qr{^milter/store/lmdb\w*\.c$},
	'hiredis/'      => qr{^milter/store/redis\w*\.[ch]$},
	'confuse.h'     => qr{^milter/config/load\.c$},
	'sqlite3.h'     => qr{^milter/quarantine/index(?:_list|_db)?\.c$},
	'jansson.h'     => qr{^milter/(journal|review)/},
	'archive'       => qr{^milter/decode/archive\.c$},
	'gsf/'          => qr{^milter/decode/ole\.c$},
	'qpdf/'         => qr{^milter/decode/pdf\.c$},
	'zbar.h'        => qr{^milter/decode/code\.c$},
	'png.h'         => qr{^milter/decode/picture\.c$},
	'jpeglib.h'     => qr{^milter/decode/picture\.c$},
	'gif_lib.h'     => qr{^milter/decode/picture\.c$},
	'webp/'         => qr{^milter/decode/picture\.c$},
	'seccomp.h'     => qr{^milter/decode/sandbox\.c$},
	'microhttpd.h'  => qr{^milter/(metrics|review)/http\.c$},
	'event2/'       => qr{^milter/serve/loop\.c$},
	'curl/'         => qr{^milter/cmd/download\.c$},
	'crypt.h'       => qr{^milter/review/accounts\.c$},
	'systemd/'      => qr{^milter/cmd/},
);
my (@bad, $seen);
for my $file (split /\n/, `find milter -name '*.[ch]'`) {
	open my $in, '<', $file or die;
	while (<$in>) {
		next unless /^\s*#\s*include\s+<([^>]+)>/;
		my $inc = $1;
		for my $lib (keys %wall) {
			next unless index($inc, $lib) == 0;
			$seen++;
			push @bad, "$file:$.: <$inc> belongs elsewhere" unless $file =~ $wall{$lib};
		}
	}
}
print "1..1\n", @bad ? "not " : "", "ok 1 - ", $seen // 0, " includes of outside libraries stay behind their walls\n", map { "# $_\n" } @bad;
