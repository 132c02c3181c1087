#!/usr/bin/perl
# Every fuzz target over the inputs that are kept for it: what was found once stays found.
use strict; use warnings;
use Test::More;
my $build = $ENV{WONTED_BUILD} // 'build/debug';
my @targets = map { m{fuzz_(\w+)\.c$} } sort glob 't/80-fuzz/fuzz_*.c';
for my $name (@targets) {
	my $out = `$build/t/80-fuzz/fuzz_$name t/80-fuzz/corpus/$name 2>&1`;
	ok($? == 0, "fuzz_$name: " . ($out =~ /(\d+ inputs)/ ? $1 : 'no inputs')) or diag substr $out, -2000;
}
ok(@targets > 0, 'there are targets');
done_testing;
