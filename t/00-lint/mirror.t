#!/usr/bin/perl
# Tests mirror the modules: every .c of the library has a test of its own name, or one that includes its
# header or that of what it is a part of, or it is asked by a .c that has one; what only a daemon or a
# server can show stands in %elsewhere with the test that does. Every detector, command and fuzz target
# has what belongs to it.
use strict; use warnings;
my %elsewhere = (
	'config/diagnostic'        => 't/10-unit/config/load_test.c',
	'detect/person_name'       => 't/10-unit/detect/detectors_test.c',
	'metrics/http'             => 't/40-milter/metrics.t',
	'quarantine/hold_json'     => 't/70-tools/tool.t',
	'review/act'               => 't/40-milter/review.t',
	'review/api'               => 't/40-milter/review.t',
	'review/exchange'          => 't/40-milter/review.t',
	'review/http'              => 't/40-milter/review.t',
	'review/page_act'          => 't/40-milter/review.t',
	'review/page_hold'         => 't/40-milter/review.t',
	'review/page_wishes'       => 't/70-tools/review_learns.t',
	'review/review'            => 't/40-milter/review.t',
	'review/wishes'            => 't/70-tools/review_learns.t',
	'rule/check_value'         => 't/10-unit/rule/check_test.c',
	'serve/command'            => 't/60-store/serve.t',
	'serve/connection'         => 't/60-store/serve.t',
	'serve/dataset'            => 't/60-store/serve_cluster.t',
	'serve/loop'               => 't/60-store/serve.t',
	'serve/peers'              => 't/60-store/serve_cluster.t',
	'serve/server'             => 't/60-store/serve.t',
	'serve/work'               => 't/60-store/serve.t',
	'session/engine'           => 't/40-milter/engines.t',
	'session/engine_libmilter' => 't/40-milter/engines.t',
	'store/redis_scan'         => 't/60-store/redis.t',
	'store/redis_sentinel'     => 't/60-store/redis.t',
	'store/redis_write'        => 't/60-store/redis.t',
);
my (@bad, $n, %tested, %first, %asks);
my $include = qr/^\s*#\s*include\s+"(\w+\/\w+)\.h"/;
for my $t (split /\n/, `find t/10-unit t/60-store t/lib '(' -name '*.c' -o -name '*.h' ')'`) {
	open my $in, '<', $t or die;
	while (<$in>) { $tested{$1} = 1 if /$include/ }
	$tested{"$1/$2"} = 1 if $t =~ m{10-unit/(\w+)/(\w+)_test\.c};
}
for my $c (split /\n/, `find milter -mindepth 2 -name '*.[ch]' ! -path 'milter/cmd/*' ! -path 'milter/detect/detect_*' | sort`) {
	my ($name, $module, $is) = $c =~ m{^milter/((\w+)/.*)\.([ch])$};
	open my $in, '<', $c or die;
	my @its = map { /$include/ ? $1 : () } <$in>;
	push @{$asks{$name}}, @its;
	$first{$name} = (grep { /^$module\// } @its)[0] // '' if $is eq 'c';
}
my %through = map { $_ => 1 } map { @{$asks{$_}} } grep { $tested{$_} || $tested{$first{$_}} } keys %first;
for my $name (sort keys %first) {	# cmd: t/70-tools; detectors: below
	$n++;
	my $has = $tested{$name} || $tested{$first{$name}} || $through{$name} || $through{$first{$name}};
	my $said = delete $elsewhere{$name};
	push @bad, "milter/$name.c: no test includes $name.h, nor what asks it" unless $has || defined $said;
	push @bad, "$name: has a test near by: take it out of %elsewhere" if $has && defined $said;
	push @bad, "$name: $said is not there" if defined $said && !-f $said;
}
push @bad, map { "$_: in %elsewhere, and not in milter/" } sort keys %elsewhere;
for my $f (split /\n/, `ls t/80-fuzz/fuzz_*.c 2>/dev/null`) {
	my ($name) = $f =~ /fuzz_(\w+)\.c/;
	push @bad, "$f: no inputs in t/80-fuzz/corpus/$name" unless () = glob("t/80-fuzz/corpus/$name/*");
}
for my $d (split /\n/, `ls milter/detect/detect_*.c 2>/dev/null`) {
	my ($name) = $d =~ /detect_(\w+)\.c/;
	push @bad, "$d: not in a test of t/10-unit/detect" unless `grep -rl '$name' t/10-unit/detect 2>/dev/null`;
}
print "1..1\n", @bad ? "not " : "", "ok 1 - ", $n // 0, " files have their tests\n", map { "# $_\n" } @bad;
