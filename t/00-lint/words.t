#!/usr/bin/perl
# Nothing is left half-done, and nothing speaks of the machine it was written on.
use strict; use warnings;
my @words = map { join '', @$_ } ['TO', 'DO'], ['FIX', 'ME'], ['X', 'XX'], ['not imple', 'mented'];
my $re = join '|', map { "\\b$_\\b" } @words;
my @files = grep { !m{^t/corpus|^t/80-fuzz/corpus|words\.t$} } split /\n/, `git ls-files milter rules conf contrib t Makefile README INSTALL .ci`;
my @bad;
for my $f (@files) {
	next if -l $f || !-f $f;
	open my $in, '<', $f or next;
	while (<$in>) { push @bad, "$f:$.: $_" if /$re/o || m{/home/\w|/root/|/tmp/\w+/(build|bench)} }
}
my @modules = grep { !-d "milter/$_" } map { /^(\w+)\s+\d/ && $1 ne 'pipeline' ? $1 : () } split /\n/, `cat milter/LAYERS`;
print "1..3\n", @bad ? "not " : "", "ok 1 - ", scalar @files, " files are finished\n", map { "# $_" } @bad;
print @modules ? "not " : "", "ok 2 - every module of LAYERS is there\n", map { "# milter/$_ is not\n" } @modules;

# Private words stay out of identifiers and file names: words.list says which, where, and what they are
# called. A line of it that names no module guards nothing.
my (@guards, @private, @lost);
open my $list, '<', 't/00-lint/words.list' or die;
while (<$list>) {
	my ($where, $word, $say) = /^(\S+)\s+(\S+)\s+(\S.*?)\s*$/ or next;
	next if $where =~ /^#/;
	push @lost, "words.list:$.: $where is not there" unless -d $where;
	(my $pattern = quotemeta $word) =~ s/\\\*/\\w*/g;
	push @guards, [ $where, qr/(?<![\w.-])$pattern(?!\w)/, $word, $say ];
}
for my $f (grep { m{^milter/.*\.[ch]$} } @files) {
	my @of = grep { index($f, "$_->[0]/") == 0 } @guards;
	my $stem = $f =~ m{([^/]+)\.[ch]$} ? $1 : '';
	push @private, map { "$f: $_->[2] is called $_->[3]" } grep { $stem =~ /^$_->[1]$/ } @of;
	open my $in, '<', $f or die;
	my $code = do { local $/; <$in> };
	$code =~ s{/\*.*?\*/|"(?:[^"\\\n]|\\.)*"}{ $& =~ tr/\n//cdr }gse;
	my @lines = split /\n/, $code;
	for my $i (0 .. $#lines) {
		push @private, map { "$f:" . ($i + 1) . ": $_->[2] is called $_->[3]" } grep { $lines[$i] =~ $_->[1] } @of;
	}
}
print @private || @lost ? "not " : "", "ok 3 - ", scalar @guards, " private words stay out\n", map { "# $_\n" } @private, @lost;
