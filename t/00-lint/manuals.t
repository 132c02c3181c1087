#!/usr/bin/perl
# Manual pages: they format without complaint, and every command and option that --help shows is
# in its page.
use strict; use warnings;
use Test::More;
my $build = $ENV{WONTED_BUILD} // 'build/debug';
my @pages = (glob('contrib/man/*.[1-8]'), glob('conf/*.[1-8]'));
for my $page (@pages) {
	my $said = `mandoc -Tlint -Wwarning $page 2>&1`;
	is($said, '', "$page formats");
}
sub page { my $text = `mandoc -Tascii $_[0]`; $text =~ s/.\x08//g; return $text }
my $tool = page('contrib/man/wonted.8');
my ($list) = `$build/wonted --help` =~ /\n\n(.*)\n\n/s;
my %seen;
my @commands = grep { !$seen{$_}++ } map { /^\s+wonted (\w+)/ ? $1 : () } split /\n/, $list // '';
ok(@commands > 5, 'the tool has commands');
for my $command (@commands) {
	like($tool, qr/\b\Q$command\E\b/, "wonted.8 tells of \"$command\"");
	my $help = `$build/wonted $command --help`;
	ok($? == 0, "wonted $command --help");
}
for my $program (qw(wonted-milter wonted-learn wonted-review wonted-store)) {
	my $page = page("contrib/man/$program.8");
	my $help = `$build/$program --help`;
	my @options = grep { $_ ne 'h' } $help =~ /^\s+-(\w), --/mg;
	ok(@options > 2, "$program has options");
	like($page, qr/-\w*$_/, "$program.8 tells of -$_") for @options;
}
my $text = do { open my $f, '<', 'contrib/man/wonted-review.8' or die; local $/; <$f> =~ s/\s+/ /gr };
for (`$build/wonted-review --routes`) {
	my ($method, $path, $role, $doc) = /^(.*)\t(.*)\t(.*)\t(.*)$/;
	ok(index($text, ".It Li $method $path Pq $role $doc ") >= 0, "wonted-review.8 tells of $method $path as the program does");
}
done_testing;
