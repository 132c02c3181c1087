#!/usr/bin/perl
# Manual pages: they format without complaint, and every verb and option that --help shows is
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
my @verbs = map { /^\s+(\w+)/ ? $1 : () } split /\n/, $list // '';
ok(@verbs > 5, 'the tool has verbs');
for my $verb (@verbs) {
	like($tool, qr/\b\Q$verb\E\b/, "wonted.8 tells of \"$verb\"");
	my $help = `$build/wonted $verb --help`;
	ok($? == 0, "wonted $verb --help");
}
for my $program (qw(wonted-milter wonted-learn)) {
	my $page = page("contrib/man/$program.8");
	my $help = `$build/$program --help`;
	my @options = grep { $_ ne 'h' } $help =~ /^\s+-(\w), --/mg;
	ok(@options > 2, "$program has options");
	like($page, qr/-\w*$_/, "$program.8 tells of -$_") for @options;
}
done_testing;
