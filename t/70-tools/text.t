#!/usr/bin/perl
# wonted text, as an admin types it.
use strict; use warnings;
use File::Temp qw(tempdir);
use Test::More;
my $wonted = ($ENV{WONTED_BUILD} // 'build/debug') . '/wonted';
plan skip_all => "$wonted is not built" unless -x $wonted;
my $dir = tempdir(CLEANUP => 1);

sub put {
	my ($name, $text) = @_;
	(my $folder = "$dir/$name") =~ s{/[^/]*$}{};
	system('mkdir', '-p', $folder);
	open my $f, '>', "$dir/$name" or die;
	print $f $text;
	close $f;
	return "$dir/$name";
}

sub run_command {
	my @args = @_;
	my $pid = fork // die;
	if (!$pid) {
		open STDOUT, '>', "$dir/out" or die;
		open STDERR, '>', "$dir/err" or die;
		exec $wonted, 'text', @args or die;
	}
	waitpid $pid, 0;
	return ($? >> 8, map { open my $f, '<', "$dir/$_" or die; local $/; scalar(<$f>) // '' } qw(out err));
}

my @kind = (['ham', 'agenda minutes tuesday colleagues report', 'first'], ['spam', 'casino bonus winner jackpot pills', 'first'],
	['threat', 'verify password suspended mailbox urgent', 'second'], ['graymail', 'newsletter sale unsubscribe offers week', 'second']);
my $index = '';
for my $n (1 .. 25) {
	for (@kind) {
		my ($label, $words, $source) = @$_;
		my @w = split / /, $words;
		my $text = join ' ', map { $w[($n * 3 + $_ * $_) % @w] } 1 .. 15;
		put("$source/$label$n.eml", "From: Some One <one\@$source.example>\nTo: ann\@own.example\nSubject: $w[$n % 5] $n\n\n$text, number $n.\n");
		$index .= "$label $source/$label$n.eml\n";
	}
}
put('index', "# in order\n$index");

my ($status, $out, $err) = run_command('train', "$dir/delta", "$dir/index");
is($status, 0, 'train') or diag $err;
like($out, qr/^50 good, 50 bad; \(1-AUC\)% \d/, 'tells (1-AUC)% of messages scored before their label was told');
like($out, qr/^first\s+25\s+25.*\nsecond\s+25\s+25/m, 'and the sources, one a line');
($status, $out) = run_command('info', "$dir/delta");
like($out, qr/^kind      delta .*labels    ham 25 spam 25 threat 25 graymail 25$/ms, 'info');
($status, $out) = run_command('eval', "$dir/delta", "$dir/index");
like($out, qr/^50 good, 50 bad; \(1-AUC\)% 0\.0000; missed 0\.00 %/, 'what was learnt is known');
my $head = `sha256sum < $dir/delta`;
run_command('eval', "$dir/delta", "$dir/index");
is(`sha256sum < $dir/delta`, $head, 'eval teaches nothing');
($status, $out) = run_command('eval', '--json', "$dir/delta", "$dir/index");
like($out, qr/^\{"good":50,"bad":50,"1-AUC_percent":0\.0000,.*"sources":\[\{"source":"first"/, 'as JSON');
($status, $out) = run_command('score', "$dir/delta", "$dir/first/spam3.eml", "$dir/first/ham3.eml");
like($out, qr/^threat \S+  spam \+\S+  graymail \S+  \S+spam3\.eml\nthreat -\S+  spam -\S+ .*ham3\.eml$/m, 'score of files');

# one label more is told, and seen
my $extra = put('more', "spam first/ham3.eml\n");
my ($before) = (run_command('score', "$dir/delta", "$dir/first/ham3.eml"))[1] =~ /spam (\S+)/;
is((run_command('train', "$dir/delta", $extra))[0], 0, 'a label more');
my ($after) = (run_command('score', "$dir/delta", "$dir/first/ham3.eml"))[1] =~ /spam (\S+)/;
cmp_ok($after, '>', $before, 'is known to the next message');

# a base: the same command gives the same bytes, whoever runs it
for my $x ('a', 'b') {
	($status, $out, $err) = run_command('train', '--content', '--passes', '2', '--write-base', "$dir/base.$x", "$dir/live.$x", "$dir/index");
	is($status, 0, "base $x") or diag $err;
}
is(`sha256sum < $dir/base.a`, `sha256sum < $dir/base.b`, 'the same command gives the same bytes');
cmp_ok(-s "$dir/base.a", '<=', 4 * 1024 * 1024, 'no larger than 4 MB');
($status, $out) = run_command('info', '--json', "$dir/base.a");
like($out, qr/^\{"kind":"base","version":1,"groups":\["gram","word","shape"\],/, 'info of a base, as JSON');
($status, $out) = run_command('eval', '--base', "$dir/base.a", '-', "$dir/index");
like($out, qr/^50 good, 50 bad; \(1-AUC\)% 0\.0/, 'a base alone');

# labels that come late, or seldom
for my $how ('delayed:10', 'partial:4') {
	unlink "$dir/how";
	($status, $out) = run_command('train', '--feedback', $how, "$dir/how", "$dir/index");
	like($out, qr/^50 good, 50 bad/, $how);
}
like((run_command('info', "$dir/how"))[1], qr/labels    ham 25 spam 0/, 'partial:4 tells every fourth');

# a folder a label
put("box/$_/1.eml", "Subject: $_\n\n$_\n") for qw(ham spam);
($status, $out) = run_command('train', "$dir/boxes", "$dir/box");
like($out, qr/^1 good, 1 bad/, 'folders');

# mistakes
($status, $out, $err) = run_command('train', "$dir/x", put('bad', "ham first/ham1.eml\nwhatever first/ham2.eml\n"));
is($status, 1, 'an index with a foreign label');
like($err, qr/\Q$dir\E\/bad:2: a line is "LABEL PATH"/, 'is said by line');
($status, $out, $err) = run_command('train', "$dir/x", put('gone', "ham first/nothing.eml\n"));
like("$status $err", qr/^3 .*nothing\.eml/s, 'a message that is not there');
($status, $out, $err) = run_command('train', "$dir/base.a", "$dir/index");
like("$status $err", qr/^1 .*base\.a is a base, which is never taught/s, 'a base is never taught');
put('cut', substr(do { open my $f, '<:raw', "$dir/base.a" or die; local $/; <$f> }, 0, 5000));
($status, $out, $err) = run_command('info', "$dir/cut");
like("$status $err", qr/^1 .*cut is cut/s, 'a cut file');
($status, $out, $err) = run_command('train', '--feedback', 'sometimes', "$dir/x", "$dir/index");
like("$status $err", qr/^2 .*--feedback is immediate, delayed:N/s, 'a feedback that is none');
is((run_command('train'))[0], 2, 'without arguments');
is((run_command('--help'))[0], 0, 'help');
done_testing;
