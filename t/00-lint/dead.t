#!/usr/bin/perl
# What only its own file or only tests use is no part of a program: it is static, or it goes. The few
# entries that programs reach in another form stand in dead.allowed, each with its reason.
use strict; use warnings;
my (%may, %there, %defined, %used);
open my $f, '<', 't/00-lint/dead.allowed' or die;
while (<$f>) { $may{$1} = 1 if /^(\w+)\s+\S/ }
for (`find build/debug/milter -name '*.o' -print0 | xargs -0 nm -A`) {
	my ($src, $kind, $name) = m{^build/debug/([^:]*\.)o:.*\s([A-Za-z])\s(\w+)$} or next;
	next unless $there{$src} //= -f "${src}c";
	$defined{$name} = "${src}c" if $kind =~ /[TDBR]/;
	$used{$name} = 1 if $kind eq 'U';
}
my @bad = map { "$defined{$_}: $_" } grep { !$used{$_} && !$may{$_} && $_ ne 'main' } sort keys %defined;
my @stale = grep { !$defined{$_} || $used{$_} } sort keys %may;
print "1..2\n", @bad || !%defined ? "not " : "", "ok 1 - ", scalar keys %defined, " public symbols are used by a program\n", map { "# $_\n" } @bad;
print @stale ? "not " : "", "ok 2 - dead.allowed names only what needs it\n", map { "# $_\n" } @stale;
