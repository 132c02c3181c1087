#!/usr/bin/perl
# wonted people and wonted import, as an admin types them: exit status, words, and that the
# memory holds what they say.
use strict; use warnings;
use File::Temp qw(tempdir);
use Test::More;
my $wonted = ($ENV{WONTED_BUILD} // 'build/debug') . '/wonted';
plan skip_all => "$wonted is not built" unless -x $wonted;
my $dir = tempdir(CLEANUP => 1);

sub put {
	my ($name, $text) = @_;
	open my $f, '>', "$dir/$name" or die;
	print $f $text;
	close $f;
	return "$dir/$name";
}

my $conf = put('wonted.conf', qq(store = "lmdb:$dir/store"\ntenant "acme" {\n\tdomains = {"acme.example"}\n}\n));
my $two = put('two.conf', qq(store = "mem:"\ntenant "a" {\n\tdomains = {"a.example"}\n}\ntenant "b" {\n\tdomains = {"b.example"}\n}\n));

# (exit status, standard output, standard error); arguments go without a shell
sub run_with {
	my ($config, @args) = @_;
	my $pid = fork // die;
	if (!$pid) {
		open STDOUT, '>', "$dir/out" or die;
		open STDERR, '>', "$dir/err" or die;
		exec $wonted, '-c', $config, @args or die;
	}
	waitpid $pid, 0;
	return ($? >> 8, map { open my $f, '<', "$dir/$_" or die; local $/; scalar(<$f>) // '' } qw(out err));
}
sub run_command { return run_with($conf, @_) }

my $people = put('people.csv', <<'END');
name,addresses,title,vip
Anna Schmidt,anna@acme.example; a.schmidt@acme.example,CFO,yes
Bert Braun,bert@acme.example,,
END

my ($status, $out, $err) = run_command('people', 'import', '--dry-run', $people);
is($status, 0, 'a dry run is exit 0');
like($out, qr/^2 people \(only looked, nothing written\): 2 added, 0 changed/, 'and tells what would change');
ok(!-e "$dir/store", 'and makes no store');
($status, $out, $err) = run_command('people', 'import', $people);
is("$status $out$err", "0 2 people: 2 added, 0 changed, 0 as they were\n", 'an import says what changed');
($status, $out) = run_command('people', 'import', $people);
is($out, "2 people: 0 added, 0 changed, 2 as they were\n", 'the same again changes nothing');
($status, $out) = run_command('people', 'list');
is($out, "Anna Schmidt\tanna\@acme.example; a.schmidt\@acme.example\tCFO\tvip\nBert Braun\tbert\@acme.example\t\t\n",
	'list shows each person once');

# --- a VIP's title comes along with the name, for the reasons
my $mail = put('vip.eml', "From: Anna Schmidt <x\@evil.example>\nTo: bert\@acme.example\nMessage-ID: <vip\@evil.example>\n\nhello\n");
($status, $out) = run_command('scan', '--explain', '--no-dns', '--rules', 'rules', '--rcpt', 'bert@acme.example', $mail);
like($out, qr/person\.name\s+"Anna Schmidt"\n\s+person\.title\s+"CFO"/, 'the title of a VIP is known');

# --- sync: what is not in the file goes
my $less = put('less.csv', "name,addresses,title,vip\nAnna Schmidt,anna\@acme.example,CEO,yes\nEmil Ernst,emil\@acme.example,,\n");
($status, $out, $err) = run_command('people', 'sync', $less);
is($status, 1, 'a sync that removes half of all is exit 1');
like($out, qr/^~ Anna Schmidt <anna\@acme\.example>; no longer a\.schmidt\@acme\.example; title "CFO" is now "CEO"\n\+ Emil Ernst <emil\@acme\.example>\n- Bert Braun <bert\@acme\.example>\n$/, 'it prints the difference');
like($err, qr/1 of the 2 people of tenant "acme" would go, and no more than 10 % may: nothing was written\. If it is right, allow 50 %/, 'and says why not');
($status, $out) = run_command('people', 'list');
like($out, qr/CFO.*\nBert/, 'and did nothing');
($status, $out) = run_command('people', 'sync', '--dry-run', '--max-removed', '50', $less);
like($out, qr/^2 people \(only looked, nothing written\): 1 added, 1 changed, 0 as they were, 1 gone$/m, 'a dry run');
($status, $out) = run_command('people', 'sync', '--max-removed', '50', $less);
is($status, 0, 'allowed, it is done');
($status, $out) = run_command('people', 'list');
is($out, "Anna Schmidt\tanna\@acme.example\tCEO\tvip\nEmil Ernst\temil\@acme.example\t\t\n", 'all of it');
($status, $out) = run_command('people', 'sync', '--max-removed', '50', $people);
is($status, 0, 'and back');
($status, $out, $err) = run_command('people', 'sync', '--max-removed', '101', $people);
is($status, 2, 'a share beyond all');

my $bad = put('bad.csv', "name,addresses\nAnna,anna\@acme.example\n,nobody\nCarl Curt,carl\@acme.example\n");
($status, $out, $err) = run_command('people', 'import', $bad);
is($status, 1, 'a wrong file is exit 1');
is($out, '', 'and says nothing on standard output');
like($err, qr/\Q$bad\E:3: there is no name\n\Q$bad\E:3: "nobody" is no mail address$/, 'errors by line');
($status, $out) = run_command('people', 'list');
unlike($out, qr/Carl/, 'nothing was half-imported');

($status, $out) = run_command('people', 'test', 'Ana Schmitt <x@evil.example>');
is($status, 0, 'people test');
like($out, qr/^\d+ keys? asked/m, 'shows the keys');
like($out, qr/^  fuzzy  distance 1, letters differ: Anna Schmidt <anna\@acme\.example> \(VIP\)$/m, 'candidates and distances');
like($out, qr/^Judgement: resembles the name of Anna Schmidt \(VIP\), and the address is not theirs$/m, 'the judgement');
($status, $out) = run_command('people', 'test', 'Schmidt, Anna <a.schmidt@acme.example>');
like($out, qr/^Judgement: an address of Anna Schmidt: no impersonation$/m, 'her own address is none');
($status, $out) = run_command('people', 'test', 'Somebody Else <x@evil.example>');
like($out, qr/^Judgement: nobody of the tenant is meant$/m, 'nobody is meant');
($status, $out) = run_command('people', 'test', '"" <x@evil.example>');
like($out, qr/^Judgement: there is no name in it$/m, 'no name');

for (['people'], ['people', 'imp', 'x'], ['people', 'import'], ['people', 'list', 'x'], ['import'],
	['import', '--mbox', 'a', '--maildir', 'b'], ['import', '--mbox', 'a', 'b'], ['people', '--nonsense']) {
	($status, $out, $err) = run_command(@$_);
	is($status, 2, "wrong usage: @$_");
	like($err, qr/--help/, 'points to help');
}
for (['people', '--help'], ['import', '--help']) {
	($status, $out) = run_command(@$_);
	is($status, 0, "@$_");
	like($out, qr/--tenant/, 'tells the options');
}
($status, $out, $err) = run_with($two, 'people', 'list');
is($status, 1, 'several tenants');
like($err, qr/say --tenant, one of "a", "b"/, 'which there are is said');
($status, $out, $err) = run_with($two, 'people', 'list', '--tenant', 'c');
like($err, qr/there is no tenant "c": allowed are "a", "b"/, 'a wrong one too');

# --- archives
my $box = put('box', <<'END');
From eve@other.example Tue Jan  2 12:34:56 2024
Return-Path: <eve@other.example>
Delivered-To: anna@acme.example
From: Eve Other <eve@other.example>
To: anna@acme.example
Date: Tue, 02 Jan 2024 12:00:00 +0000
Message-ID: <1@other.example>
Subject: hello

How are you?

From anna@acme.example Tue Jan  2 13:34:56 2024
From: Anna Schmidt <anna@acme.example>
To: eve@other.example
Date: Wed, 03 Jan 2024 12:00:00 +0000
Message-ID: <2@acme.example>

Fine.
END
($status, $out, $err) = run_command('import', '--mbox', $box);
is($status, 0, 'import of an mbox');
like($out, qr/^2 messages read in .* a second$/m, 'counts and rate');
like($out, qr/^  in        1\n  out       1\n  counted   2\n  known     0\n  baseline  2024-01-02$/m, 'both directions');
($status, $out) = run_command('import', '--mbox', $box);
like($out, qr/^  counted   0\n  known     2$/m, 'the same again counts nothing');

mkdir "$dir/M"; mkdir "$dir/M/$_" for qw(cur new tmp .Sent .Junk); mkdir "$dir/M/.Sent/cur"; mkdir "$dir/M/.Junk/cur";
put('M/cur/1', "From: carl\@third.example\nTo: x\nDate: Tue, 02 Jan 2024 12:00:00 +0000\nMessage-ID: <3\@x>\n\n");
put('M/.Sent/cur/2', "From: bert\@acme.example\nTo: dora\@third.example\nDate: Tue, 02 Jan 2024 12:00:00 +0000\nMessage-ID: <4\@x>\n\n");
put('M/.Junk/cur/3', "From: spam\@third.example\nTo: x\nDate: Tue, 02 Jan 2024 12:00:00 +0000\nMessage-ID: <5\@x>\n\n");
($status, $out) = run_command('import', '--maildir', "$dir/M", '--mailbox', 'Bert@Acme.example', '--tenant', 'acme');
like($out, qr/^2 messages.*\n  in        1\n  out       1$/m, 'a Maildir, its Sent folder, not its Junk');
($status, $out, $err) = run_command('import', '--maildir', "$dir/M", '--mailbox', 'bert@other.example');
is($status, 1, 'a mailbox of somebody else');
like($err, qr/--mailbox bert\@other\.example: not an address of tenant "acme"/, 'is said');
($status, $out, $err) = run_command('import', '--maildir', $dir);
like($err, qr/\Q$dir\E: not a Maildir.*--messages/, 'a folder that is no Maildir');
($status, $out, $err) = run_command('import', '--mbox', "$dir/none");
is($status, 1, 'no such file');
($status, $out, $err) = run_command('import', '--mbox', $conf);
like($err, qr/there is no message in it/, 'a file that is no mbox');
($status, $out, $err) = run_command('import', '--messages', "$dir/M/cur", '--mailbox', 'bert@acme.example');
like($out, qr/^  known     1$/m, 'a folder of messages');

# --- a damaged store
open my $f, '>', "$dir/store" or die; print $f 'x' x 10000; close $f;
($status, $out, $err) = run_command('people', 'list');
is($status, 3, 'a damaged store is exit 3');
like($err, qr/\Q$dir\E\/store: does not begin like an LMDB file/, 'and is named');
done_testing;
