#!/usr/bin/perl
# What users do with their mail: taken in no time, proven, once each, and for them alone. The
# learner looks at the journal by itself only once an hour here: all else is done when asked for.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built() && -x $learner;

my $place = Wonted::Place->new;
my $zone = $place->write('zone', join '', map { "$_. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n" }
	map { ("$_.example", map { "$_.example" } "m$_") } qw(shop club rival big));
$place->write('rules/10-test.rules', <<'END');
rule spam_word
    reason  "It says so"
    when    subject contains "spam"
    spam    +10

rule threat_word
    reason  "It says so, too"
    when    subject contains "threat"
    threat  +6
END
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), learn_every => '1h',
	rules_dir => '"' . $place->path('rules') . '"' },
	more => qq(tenant "one" {\n\tdomains = {"example.org"}\n}\ntenant "two" {\n\tdomains = {"example.net"}\n}\n));
my ($ann, $bob, $carl) = map { "$_\@example.org" } qw(ann bob carl);
my ($n, $pid) = (0);

# send a message; returns (its verdict, a file with it as it is delivered)
sub mail {
	my (%o) = @_;
	$n++;
	my $from = $o{from} // 'news@shop.example';
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => $o{client} // '192.0.2.10' });
	my $r = $m->send(from => $o{mail_from} // $from, to => [$o{to} // $ann], id => "4Xpref$n", message =>
		join("\n", "From: $from", "To: " . ($o{to} // $ann), 'Subject: ' . ($o{subject} // 'hello'),
			"Message-ID: <m$n\@test.example>", ($o{list} ? "List-Id: <$o{list}>" : ()), '', 'Hello.', ''));
	$m->quit;
	my $text = $r->message;
	my ($verdict) = $text =~ /^X-Wonted-Verdict: (\w+)/m;
	return ($verdict, $place->write("mail/$n", $text));
}
sub verdict { return (mail(@_))[0] }
sub becomes {
	my ($want, $about, @mail) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $got;
	Wonted::Place::wait_for(sub { ($got = verdict(@mail)) eq $want }, 20);
	is($got, $want, $about);
}
sub learn { return $d->run('learn', @_) }
sub preferences { return $d->run('preferences', @_) }
sub listed {
	my ($box) = @_;
	my ($status, $text) = preferences('list', '--json', $box);
	return map { my $p = decode_json($_); ($p->{entry} => $p) } grep { /^\{/ } split /\n/, $text;
}
sub start {
	unlink "$d->{dir}/feedback";
	$pid = $place->start('learn.log', $learner, '-c', $d->{conf}, '-f');
	Wonted::Place::wait_for(sub { -S "$d->{dir}/feedback" && ($d->run('status'))[1] =~ /^wonted-learn \d/m });
}

$d->start;
my ($before, $first) = mail();
is($before, 'wanted', 'mail of a shop is wanted at first');
is((learn('--junk', '-m', $ann, $first))[0], 3, 'nobody listens: failed, to be tried again');
start();

subtest 'one move, one mailbox' => sub {
	my $began = time;
	my ($status, $said) = learn('--junk', '-m', $ann, $first);
	is("$status $said", "0 taken\n", 'taken, though the journal had not been read yet');
	cmp_ok(time - $began, '<', 10, 'and soon');
	becomes('spam', 'the next one is spam for her');
	is(verdict(to => $bob), 'wanted', 'and not for anybody else');
	is(verdict(to => 'ann@example.net'), 'wanted', 'nor for the other tenant');
	is(verdict(from => 'news@rival.example'), 'wanted', 'nor from anybody else');
	is(verdict(client => '203.0.113.9'), 'wanted', 'who only says to be that sender is somebody else');
	is(verdict(subject => 'threat'), 'suspicious', 'a threat stays one');
	my %p = listed($ann);
	is($p{'news@shop.example'}{wants}, 'junk', 'it stands in the list');
	is($p{'news@shop.example'}{cause}, 'moved to Junk', 'with its cause');
	is($p{'news@shop.example'}{strength}, 'strong', 'strength');
	is($p{'news@shop.example'}{count}, 1, 'and count');
	learn('--junk', '-m', $ann, $first) for 1 .. 3;
	sleep 0.3;
	%p = listed($ann);
	is($p{'news@shop.example'}{count}, 1, 'the same message counts once');
	($status, $said) = learn('--wanted', '-q', '-m', $ann, $first);
	is("$status $said", '0 ', 'moved back, without a word');
	becomes('wanted', 'and the next one is wanted again');
	%p = listed($ann);
	is($p{'news@shop.example'}{wants}, 'none', 'a slip of the hand teaches nothing');
	is_deeply([map { $_->{act} } @{ $p{'news@shop.example'}{acts} }], ['moved to Junk, and taken back'], 'the list shows both');
};

subtest 'lists, by their signature' => sub {
	my ($v, $file) = mail(list => 'news.club.example', from => 'x@club.example');
	learn('--junk', '-m', $ann, $file);
	becomes('spam', 'the next of that list', list => 'news.club.example', from => 'y@club.example');
	is(verdict(from => 'x@club.example'), 'wanted', 'not what its writer writes himself');
	is(verdict(list => 'news.club.example', from => 'x@rival.example'), 'wanted', 'not what somebody else calls so');
};

subtest 'what is wanted' => sub {
	my ($v, $file) = mail(from => 'offers@big.example', subject => 'spam');
	is($v, 'spam', 'spam by a rule');
	learn('--wanted', '-m', $ann, $file);
	becomes('wanted', 'wanted by her', from => 'offers@big.example', subject => 'spam');
	is(verdict(from => 'offers@big.example', subject => 'spam', client => '203.0.113.9'), 'spam', 'if it is proven');
	is(verdict(from => 'offers@big.example', subject => 'spam threat'), 'suspicious', 'and never a threat');
	($v, $file) = mail(from => 'x@mrival.example', subject => 'threat');
	learn('--replied', '-m', $ann, $file);
	sleep 0.3;
	is(verdict(from => 'x@mrival.example', subject => 'threat'), 'suspicious', 'victims answer, too');
	($v, $file) = mail(from => 'y@mrival.example', subject => 'spam');
	learn('--graymail', '-m', $ann, $file);
	becomes('graymail', 'moved to Promotions', from => 'y@mrival.example', subject => 'spam');
};

subtest 'what is refused' => sub {
	my ($v, $file) = mail(to => $bob);
	my $text = Wonted::Place::read_file($file);
	my @rows = (
		['unseen', 'a message of somebody else', '-m', $ann, $file],
		['mailbox', 'a mailbox of nobody', '-m', 'ann@elsewhere.example', $file],
		['tenant', 'a mailbox of another tenant', '--tenant', 'two', '-m', $bob, $file],
		['unseen', 'a message of another tenant', '-m', 'bob@example.net', $file],
		['unjudged', 'without our id', '-m', $bob, $place->write('f1', $text =~ s/^X-Wonted-Id:.*\n//rm)],
		['unjudged', 'a strange id', '-m', $bob, $place->write('f2', $text =~ s/^(X-Wonted-Id:) \S+/$1 a b|c/rm)],
		['unseen', 'an id of nothing', '-m', $bob, $place->write('f3', $text =~ s/^(X-Wonted-Id:) \S+/$1 1-2-3/rm)],
		['other_message', 'an id of something else', '-m', $bob, $place->write('f4', $text =~ s/^(Message-ID:) \S+/$1 <z\@z.example>/rm)],
		['oversize', 'a header without end', '-m', $bob, $place->write('f5', "X-A: " . 'x' x 300_000)],
		['unjudged', 'no message', '-m', $bob, $place->write('f6', "\0\n\n\xff")],
		['unjudged', 'nothing', '-m', $bob, $place->write('f7', '')],
	);
	my %refused;
	for my $row (@rows) {
		my ($word, $about, @words) = @$row;
		my ($status, $said) = learn('--junk', @words);
		is($status, 1, "$about: refused");
		like($said, qr/refused $word: \w+/, 'with the reason') or diag $said;
		$refused{$word}++;
	}
	my ($status, $said) = $d->run('status');
	like($said, qr/^feedback_refused_$_ +$refused{$_}$/m, "$_ is counted") for sort keys %refused;
	is((learn('--junk', $file))[0], 2, 'no mailbox: wrong usage');
	is((learn('--junk', '--wanted', '-m', $bob, $file))[0], 2, 'two acts: wrong usage');
	is((learn('--revoked', '-m', $bob, $file))[0], 2, 'what is none');
	is((learn('--junk', '-m', $bob, '/nonexistent'))[0], 1, 'no file');
	is(verdict(to => $bob), 'wanted', 'none of them taught anything');
};

subtest 'who may ask' => sub {
	plan skip_all => 'only root can be somebody else' if $>;
	my ($v, $file) = mail(to => $bob);
	my $as = sub {
		my ($user) = @_;
		my @run = (Wonted::Daemon::build_dir() . '/wonted', 'learn', '--junk', '-m', $bob, '--socket', "$d->{dir}/feedback", '-');
		my ($uid, $gid) = (getpwnam $user)[2, 3];
		my $child = open my $out, '-|';
		if (!$child) {
			open STDIN, '<', $file;
			open STDERR, '>&', \*STDOUT;
			($(, $)) = ($gid, "$gid $gid");
			($<, $>) = ($uid, $uid);
			exec @run or exit 99;
		}
		local $/;
		my $said = <$out> // '';
		close $out;
		return ($? >> 8, $said);
	};
	chmod 0755, "$d->{dir}";
	my ($status, $said) = $as->('nobody');
	plan skip_all => 'other users cannot run the programs here' if $status == 99 || $said =~ /ermission/;
	is($status, 1, 'nobody may not');
	like($said, qr/refused peer/, 'and is told so');
	$d->configure(set => { feedback_users => '"nobody"' });
	$d->run('reload');
	Wonted::Place::wait_for(sub { ($status, $said) = $as->('nobody'); $status == 0 });
	is("$status $said", "0 taken\n", 'unless feedback_users says so');
	learn('--wanted', '-m', $bob, $file);
};

subtest 'a mass move' => sub {
	my @files = map { (mail(from => 'mass@shop.example', to => $carl))[1] } 1 .. 24;
	my @said = map { (learn('--junk', '-m', $carl, $_))[1] } @files;
	is(scalar(grep { $_ eq "taken\n" } @said), 20, '20 are taken') or diag explain \@said;
	is(scalar(grep { /too many at once/ } @said), 4, 'the rest is only written down');
	becomes('wanted', 'and none of them counts', from => 'mass@shop.example', to => $carl);
	my %p = listed($carl);
	is($p{'mass@shop.example'}{wants}, 'none', 'not in the list either');
	is(scalar(grep { $_->{act} eq 'moved to Junk, and taken back' } @{ $p{'mass@shop.example'}{acts} }), 20, 'which shows what was taken back');
};

subtest 'stated' => sub {
	my $set = sub { my ($status, $said) = preferences('set', @_); return "$status $said" };
	is($set->($ann, 'junk', 'news@rival.example'), "0 taken\n", 'junk');
	becomes('spam', 'at once', from => 'news@rival.example');
	is(verdict(from => 'news@rival.example', to => $bob), 'wanted', 'for nobody else');
	is($set->($ann, 'wanted', '@big.example'), "0 taken\n", 'a domain');
	becomes('wanted', 'at once', from => 'anybody@big.example', subject => 'spam');
	is($set->($ann, 'graymail', '<N.shop.example>', '--signed-by', 'shop.example', '--days', 3), "0 taken\n", 'a list');
	becomes('graymail', 'at once', from => 'c@shop.example', list => 'n.shop.example');
	like($set->($ann, 'junk', '<n.shop.example>'), qr/^1 .*refused entry: /, 'a list without its signer');
	like($set->($ann, 'junk', 'no entry'), qr/^1 .*refused entry: /, 'no entry');
	like($set->($ann, 'rubbish', 'a@b.example'), qr/^1 .*refused request: /, 'no wish');
	like($set->('ann@elsewhere.example', 'junk', 'a@b.example'), qr/^1 .*refused mailbox: /, 'nobody');
	my ($status, $said) = preferences('list', $ann);
	is($status, 0, 'list');
	like($said, qr/^junk\tnews\@rival\.example\tstated\t\S+\t0\t2/m, 'shows it');
	like($said, qr/^\d+ entries of ann\@example\.org$/m, 'and how many');
	($status, $said) = preferences('undo', $ann, 'news@rival.example');
	is("$status $said", "0 taken\n", 'undo one');
	becomes('wanted', 'it is forgotten', from => 'news@rival.example');
	($status, $said) = preferences('undo', '-q', $ann);
	is("$status $said", '0 ', 'undo all');
	becomes('spam', 'all is forgotten', from => 'anybody@big.example', subject => 'spam');
	is(scalar(grep { $_->{wants} ne 'none' } values %{ { listed($ann) } }), 0, 'and the list says so');
};

# Killed at any moment: what was acknowledged is applied, and once.
subtest 'kill' => sub {
	my $kills = $ENV{WONTED_KILL_FAULTS} ? 40 : 8;
	$d->configure(set => { feedback_mass => 0 });
	$place->stop($pid);
	start();
	my (%acked, $killed);
	my @all = map { my $s = "kill$_\@club.example"; map { [$s, (mail(from => $s))[1]] } 1 .. 12 } 1 .. 3;
	for my $one (@all, @all) { # the second round knows them already
		my ($sender, $file) = @$one;
		if ($kills > 0 && rand() < 0.3) {
			$kills--;
			$killed++;
			my $child = fork // die;
			if (!$child) { sleep rand() / 50; kill 'KILL', $pid; exec 'true' }
			my ($status) = learn('--junk', '-m', $ann, $file);
			waitpid $child, 0;
			$acked{$sender}{$file} = 1 if $status == 0;
			$place->stop($pid, signal => 'KILL');
			start();
		}
		my ($status) = learn('--junk', '-m', $ann, $file);
		$acked{$sender}{$file} = 1 if $status == 0;
	}
	ok($killed, "killed $killed times");
	my %want = map { $_ => scalar keys %{ $acked{$_} } } keys %acked;
	my $got = sub { my %p = listed($ann); return join ' ', map { "$_:" . ($p{$_}{count} // 0) } sort keys %want };
	my $all = join ' ', map { "$_:$want{$_}" } sort keys %want;
	Wonted::Place::wait_for(sub { $got->() eq $all }, 10);
	is($got->(), $all, 'each that was acknowledged counts, and once');
	$place->stop($pid, signal => 'KILL');
	unlink "$d->{dir}/journal/feedback/learn.position", "$d->{dir}/journal/learn.position";
	start();
	sleep 0.5;
	is($got->(), $all, 'and the same when all is read again');
};

subtest 'what nobody can read' => sub {
	$place->stop($pid);
	open my $f, '>>', "$d->{dir}/journal/feedback/current.jsonl" or die;
	print $f qq({"v":1,"kind":"feedback","id":"1"}\nno line\n);
	close $f;
	start();
	my ($v, $file) = mail(from => 'after@shop.example');
	is((learn('--junk', '-m', $ann, $file))[0], 0, 'what follows is taken');
	becomes('spam', 'and applied', from => 'after@shop.example');
	like((($d->run('status'))[1]), qr/^feedback_damaged +2$/m, 'counted');
	my @dead = split /\n/, Wonted::Place::read_file("$d->{dir}/journal/feedback/dead-letter.jsonl");
	is(scalar @dead, 2, 'and set aside');
};

$place->stop($pid);
done_testing;
