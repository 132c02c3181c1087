#!/usr/bin/perl
# One formatter for all C; tables may stand between "clang-format off" and "on". The files go
# to two processes in all, not to one each: the formatter takes longer to start than to read.
use strict; use warnings;
my @files = split /\n/, `git ls-files 'milter/*.c' 'milter/*.h' 't/*.c' 't/*.h'`;
my $half = int(@files / 2) + 1;
my $said = `printf '%s\\n' @files | xargs -P2 -n$half clang-format --dry-run -Werror 2>&1`;
my $ended = $?;
my %bad = map { $_ => 1 } $said =~ /^([^\s:]+\.[ch]):\d+:/mg;
print "1..2\n", @files > 100 ? "" : "not ", "ok 1 - ", scalar @files, " files are known to git\n";
print %bad || $ended ? "not " : "", "ok 2 - all are formatted\n", map { "# clang-format -i $_\n" } sort keys %bad;
print "# $said\n" if $ended && !%bad;
