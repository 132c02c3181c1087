#!/usr/bin/perl
# What a sender adds never makes the verdict on real bad mail better (t/lib/Wonted/Declared.pm
# has the list; cases.t asks the same of our own bad messages). The corpus is the folder that
# $WONTED_CORPUS names, as t/90-bench/excuses wants it; each $WONTED_CORPUS_STEP-th message of it.
use strict; use warnings;
use Test::More;

my $corpus = $ENV{WONTED_CORPUS};
plan skip_all => 'WONTED_CORPUS names no folder of real mail (see t/90-bench/excuses)' unless $corpus && glob "$corpus/*.envelope.tsv";
$ENV{WONTED_BUILD} //= 'build/debug';
my $every = $ENV{WONTED_CORPUS_STEP} // 100;
open my $out, '-|', 't/90-bench/excuses', 'declared', $corpus, '--every', $every or die "t/90-bench/excuses: $!\n";
my @lines = <$out>;
close $out;
my $status = $? >> 8;
my ($judged) = "@lines" =~ /^(\d+) messages: /m;
my ($bad) = map { my $n = 0; $n += $_ for "@lines" =~ /(\d+) (?:spam|suspicious|malicious)/g; $n } 1;
cmp_ok($judged // 0, '>', 0, 'messages were judged');
cmp_ok($bad, '>', 0, 'some of them as bad, or nothing could fall');
is($status, 0, 'nothing that was added made a verdict better') or diag @lines;
done_testing;
