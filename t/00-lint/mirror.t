#!/usr/bin/perl
# Tests mirror the modules: every .c of the library has a test of its own name, or one of its
# module that includes its header; every detector, command and fuzz target has what belongs to it.
use strict; use warnings;
my (@bad, $n, %tested);
for my $t (split /\n/, `find t/10-unit t/60-store -name '*_test.c'`) {
	open my $in, '<', $t or die;
	while (<$in>) { $tested{$1} = 1 if /#\s*include\s+"(\w+\/\w+)\.h"/ }
	$tested{"$1/$2"} = 1 if $t =~ m{10-unit/(\w+)/(\w+)_test\.c};
}
for my $c (split /\n/, `find milter -mindepth 2 -name '*.c'`) {
	my ($name) = $c =~ m{^milter/(.*)\.c$};
	my ($module) = $name =~ m{^(\w+)/};
	next if $module eq 'cmd' || $module eq 'session';	# tested by t/40, t/50 and t/70
	$n++;
	my $dir = "t/10-unit/$module";
	push @bad, "$c: no test includes $name.h, and $dir has no test" unless $tested{$name} || -d $dir;
}
for my $f (split /\n/, `ls t/80-fuzz/fuzz_*.c 2>/dev/null`) {
	my ($name) = $f =~ /fuzz_(\w+)\.c/;
	push @bad, "$f: no inputs in t/80-fuzz/corpus/$name" unless () = glob("t/80-fuzz/corpus/$name/*");
}
for my $d (split /\n/, `ls milter/detect/detect_*.c 2>/dev/null`) {
	my ($name) = $d =~ /detect_(\w+)\.c/;
	push @bad, "$d: not in a test of t/10-unit/detect" unless `grep -rl '$name' t/10-unit/detect 2>/dev/null`;
}
print "1..1\n", @bad ? "not " : "", "ok 1 - ", $n // 0, " files have their tests\n", map { "# $_\n" } @bad;
