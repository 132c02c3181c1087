#!/usr/bin/perl
# wonted-learn: what goes through the daemon becomes what is usual - and spam, forged mail and
# what programs answer by themselves do not, however often it is read.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Redis;

my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built() && -x $learner;

my $place = Wonted::Place->new;
my $zone = $place->write('zone', <<'END');
good.example. TXT "v=spf1 ip4:192.0.2.10 -all"
_dmarc.good.example. TXT "v=DMARC1; p=none"
spammer.example. TXT "v=spf1 ip4:192.0.2.10 -all"
late.example. TXT "v=spf1 ip4:192.0.2.10 -all"
dead.example. SERVFAIL
END
$place->write('rules/10-test.rules', <<'END');
rule spam_word
    reason  "It says so"
    when    subject contains "spam"
    spam    +10

rule ask
    reason  "Asks what the test wants to know"
    when    pair.known or pair.solicited or pair.messages_in > 0 or sender.known or thread.ours or thread.known
    observe
END
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), learn_every => '100ms',
	rules_dir => '"' . $place->path('rules') . '"', internal_networks => '"198.51.100.0/24"' });
my $spool = "$d->{dir}/journal";
my $n = 0;

sub mail {
	my (%o) = @_;
	$n++;
	my $id = $o{id} // "4Xlearn$n";
	my $message_id = $o{message_id} // "m$n\@test.example";
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => $o{client} // '192.0.2.10' });
	my $r = $m->send(from => $o{mail_from} // $o{from}, to => $o{to}, id => $id, message =>
		join("\n", "From: $o{from}", "To: $o{to}[0]", 'Subject: ' . ($o{subject} // 'hello'),
			"Message-ID: <$message_id>", @{ $o{headers} // [] }, '', 'Hello.', ''));
	$m->quit;
	return $id;
}

sub explained {
	my ($id) = @_;
	my ($status, $json) = $d->run('explain', '--json', $id);
	return $status == 0 ? decode_json($json) : {};
}

# the facts that the filter would see for a message now
sub facts {
	my ($from, $to, %more) = @_;
	return explained(mail(from => $from, to => [$to], %more))->{rcpts}[0]{facts};
}

# (exit status, what it printed); arguments follow
sub learn {
	open my $out, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', $learner, '-c', $d->{conf}, @_ or die;
	local $/;
	my $text = <$out> // '';
	close $out;
	return ($? >> 8, $text);
}

# Twenty days pass: what was recorded lies so far back then.
sub let_days_pass {
	my $text = Wonted::Place::read_file("$spool/current.jsonl");
	$text =~ s/"time":(\d+)/'"time":' . ($1 - 20 * 86400)/ge;
	$place->write('wonted/journal/current.jsonl', $text);
}

my $bob = 'bob@good.example';
my $ann = 'ann@example.org';

$d->start;
mail(from => $bob, to => [$ann, 'ben@example.org']);
mail(from => $bob, to => [$ann]);
mail(from => 'carl@good.example', to => [$ann], client => '203.0.113.9');    # forged
mail(from => 'dead@dead.example', to => [$ann]);
mail(from => 'sue@spammer.example', to => [$ann], subject => 'spam') for 1 .. 3;
mail(from => $ann, to => ['eve@late.example'], client => '198.51.100.7', message_id => 'ours@example.org');
mail(from => $ann, to => ['stranger@late.example'], client => '198.51.100.7', headers => ['Auto-Submitted: auto-replied']);
mail(from => $ann, to => ['fred@late.example'], client => '203.0.113.9');    # forged as ours
my $f = facts($bob, $ann);
isnt($f->{'pair.known'}, JSON::PP::true, 'before anything was learned nobody is known');
$d->stop;
let_days_pass();

my ($status, $said) = learn('--once');
is($status, 0, 'wonted-learn --once');
like($said, qr/learned 4 messages \(in 3, out 1; known already 0\), \d+ keys/, 'says what it learned');
like($said, qr/, unwanted 3, unproven 2,? /, 'and what it did not believe') or diag $said;
like($said, qr/, automatic 1, foreign 1; read to current\.jsonl:\d+/, 'and where it is');
ok(-s "$spool/learn.position", 'the position is kept');
($status, $said) = learn('-1');
unlike($said, qr/learned/, 'the second time there is nothing to learn');

sub check_memory {
	my ($when) = @_;
	subtest $when => sub {
		my $f = facts($bob, $ann);
		ok($f->{'pair.known'}, 'who wrote wanted mail is known');
		is($f->{'pair.messages_in'}, 3, 'each message counts once');
		ok(!$f->{'pair.first_contact'}, 'and it is no first contact');
		ok(facts($bob, 'ben@example.org')->{'pair.known'}, 'to the other recipient, too');
		is(facts($bob, 'ben@example.org')->{'pair.messages_in'}, 1, 'with his own count');
		is($f->{'pair.new_network'}, JSON::PP::false, 'from the network that is usual');
		my $moved = facts($bob, $ann, client => '203.0.113.9', headers => ['Reply-To: bob@elsewhere.example']);
		is($moved->{"$_.new_network"}, JSON::PP::true, "another network is new ($_)") for qw(pair sender);
		is($moved->{"$_.new_reply_to"}, JSON::PP::true, "so is a place for answers ($_)") for qw(pair sender);
		is(facts($bob, 'ben@example.org', client => '203.0.113.9')->{'pair.new_network'}, undef, 'to whom he wrote once nothing is usual');
		$f = facts('sue@spammer.example', $ann);
		is($f->{'pair.known'}, JSON::PP::false, 'who sends spam does not become known');
		is($f->{'sender.known'}, JSON::PP::false, 'nor to anybody else');
		$f = facts('carl@good.example', $ann);
		is($f->{'pair.known'}, JSON::PP::false, 'nor does who was forged');
		is(facts('dead@dead.example', $ann)->{'pair.known'}, JSON::PP::false, 'nor who could not be checked');
		$f = facts('eve@late.example', $ann, headers => ['In-Reply-To: <ours@example.org>']);
		ok($f->{'pair.solicited'}, 'whom we wrote to is solicited');
		ok($f->{'thread.ours'}, 'and answers a message of ours');
		is(facts('stranger@late.example', $ann)->{'pair.known'}, JSON::PP::false, 'who got an answer on absence is not');
		is(facts('fred@late.example', $ann)->{'pair.known'}, JSON::PP::false, 'nor who got forged mail of ours');
	};
}
$d->start;
check_memory('learned');
$d->stop;
# what was asked above is in the journal, too, and of today: it changes nothing until tomorrow

unlink "$spool/learn.position";
($status, $said) = learn('-1');
like($said, qr/known already 4\)/, 'with the position lost all is read again, and known');
$d->start;
check_memory('still so');

subtest 'as it comes' => sub {
	my $pid = $place->start('learn.log', $learner, '-f', '-c', $d->{conf});
	my $log = $place->path('learn.log');
	mail(from => $ann, to => ['eve@late.example'], client => '198.51.100.7', message_id => 'new@example.org');
	ok(Wonted::Place::wait_for(sub {
		facts('eve@late.example', $ann, headers => ['In-Reply-To: <new@example.org>'])->{'thread.ours'}
	}, 20), 'seconds after we wrote, the answer is one to a message of ours');
	($status, $said) = learn('-1');
	is($status, 3, 'a second one at the same time is refused');
	like($said, qr/another wonted-learn/, 'and says so');
	ok(Wonted::Place::wait_for(sub {
		($status, $said) = $d->run('import', '--journal', $spool);
		$status != 0 || $said =~ /^  counted   0$/m
	}), 'an import beside it finds nothing new');
	is($status, 0, 'and is not refused') or diag $said;
	my $good = Wonted::Place::read_file($d->{conf});
	$place->write('wonted/wonted.conf', "nonsense = 1\n$good");
	kill 'HUP', $pid;
	ok(Wonted::Place::wait_for(sub { Wonted::Place::read_file($log) =~ /old configuration stays.*nonsense/s }), 'a mistake changes nothing');
	$place->write('wonted/wonted.conf', $good);
	kill 'HUP', $pid;
	ok(Wonted::Place::wait_for(sub { Wonted::Place::read_file($log) =~ /reloaded$/m }), 'a right file does');
	ok($place->stop($pid), 'TERM stops it');
	like(Wonted::Place::read_file($log), qr/learned \d+ messages/, 'it tells what it did');
};
$d->stop;

subtest 'import --journal' => sub {
	unlink glob("$d->{dir}/store*");
	($status, $said) = $d->run('import', '--journal', $spool);
	is($status, 0, 'into an empty store');
	like($said, qr/^\d+ records read in .* a second$/m, 'with its rate');
	like($said, qr/^  unwanted  \d+$/m, 'and what teaches nothing');
	my ($counted) = $said =~ /^  counted   (\d+)/m;
	cmp_ok($counted, '>=', 4, 'events were counted');
	($status, $said) = $d->run('import', '--journal', $spool);
	like($said, qr/^  counted   0\n  known     $counted$/m, 'the same again changes nothing');
	($status, $said) = $d->run('import', '--journal', $place->path('rules'));
	is($status, 1, 'a folder without records');
	like($said, qr/no record in it.*journal_dir/, 'is said');
	($status, $said) = $d->run('import', '--journal', $spool, '--tenant', 'example');
	is($status, 2, 'a tenant is not asked for');
};

my $alias = 'a.smith@example.org';
my $aliases = $place->write('aliases.csv', "address,canonical\n$alias,$ann\n");

# Ann is written to, and writes, under both of her names.
subtest 'an alias and its mailbox' => sub {
	unlink glob("$d->{dir}/store*"), glob("$spool/*");
	($status, $said) = $d->run('mailbox', 'import', $aliases);
	is($status, 0, 'an alias is made known') or diag $said;
	$d->start;
	mail(from => $bob, to => [$alias]);
	mail(from => $bob, to => [$ann]);
	mail(from => $bob, to => [$alias, $ann]);
	mail(from => $alias, to => ['eve@late.example'], client => '198.51.100.7');
	$d->stop;
	let_days_pass();
	($status, $said) = learn('-1');
	like($said, qr/learned 4 messages \(in 3, out 1; known already 0\)/, 'all is learned');
	$d->start;
	my $id = mail(from => $bob, to => [$alias]);
	my $first = explained($id)->{rcpts}[0]{facts};
	is($first->{'rcpt.canonical'}, $ann, 'the record has the mailbox behind it');
	ok(!$first->{'pair.first_contact'} && !defined $first->{'pair.messages_in'}, 'the first mail after a start claims nothing');
	($status, $said) = $d->run('explain', $id);
	like($said, qr/^to \Q$alias\E\n  an alias of \Q$ann\E$/m, 'explain tells it');
	($status, $said) = $d->run('explain', '--facts', $id);
	like($said, qr/^\s+rcpt\.canonical\s+"\Q$ann\E"$/m, '... and shows the fact');
	for my $to ($alias, $ann) {
		my $f = facts($bob, $to);
		is($f->{'pair.messages_in'}, 3, "$to knows what came to both");
		ok($f->{'pair.known'} && !$f->{'pair.first_contact'}, '... and who wrote it');
		$f = facts('eve@late.example', $to);
		ok($f->{'pair.solicited'}, '... and to whom both wrote');
		is(facts('new@late.example', $to)->{'pair.first_contact'}, JSON::PP::true, '... and who is new to both');
	}
	$d->stop;
	unlink "$spool/learn.position";
	($status, $said) = learn('-1');
	like($said, qr/known already 4\)/, 'read again, it is known');
	unlink glob("$d->{dir}/store*");
	$d->run('mailbox', 'import', $aliases);
	($status, $said) = $d->run('import', '--journal', $spool);
	is($status, 0, 'into an empty store');
	$d->start;
	is(facts($bob, $ann)->{'pair.messages_in'}, 3, 'an import of the journal follows it, too');
	$d->stop;
};

# The position is written when a batch begins: then is the worst moment to die.
#   drained   waits until the store has done all that a dead writer had sent: a Redis reads it
#             to its end, and a successor that began before would count on what is not yet there
sub killed_in_batches {
	my ($records, $drained) = @_;
	unlink glob("$d->{dir}/store*"), glob("$spool/*");
	$d->run('mailbox', 'import', $aliases);
	my $day = time - 20 * 86400;
	$place->write('wonted/journal/current.jsonl', join '', map { encode_json({
		v => 1, id => "k$_", time => $day + $_, told => 'accept', mail_from => $bob,
		features => { 'from.address' => $bob, 'from.count' => 1, 'auth.aligned' => JSON::PP::true, message_id => "k$_\@good.example" },
		rcpts => [{ address => $_ % 2 ? $ann : $alias, verdict => 'wanted', done => 'pass' }] }) . "\n" } 1 .. $records);
	my $position = sub { Wonted::Place::read_file("$spool/learn.position") };
	my $kills = 0;
	for (1 .. 3) {
		my $before = $position->();
		my $pid = $place->start('killed.log', $learner, '-f', '-c', $d->{conf});
		# a machine that is busy elsewhere may let it come to the end
		$kills += Wonted::Place::wait_for(sub { $position->() ne $before }, 5) ? 1 : 0;
		$place->stop($pid, signal => 'KILL');
		$drained->() if $drained;
	}
	cmp_ok($kills, '>=', 1, "killed $kills times while it learned");
	($status, $said) = learn('-1');
	is($status, 0, 'goes on after all') or diag $said;
	$d->start;
	is(facts($bob, $ann)->{'pair.messages_in'}, $records, 'and each message counts once');
	$d->stop;
}
subtest 'killed in the midst of batches' => sub { killed_in_batches(12000) };
SKIP: {
	skip 'redis-server is not installed', 2 unless Wonted::Redis::there();
	my $redis = Wonted::Redis->new($place, name => 'redis')->start;
	my $lmdb = $d->{settings}{store};
	$d->configure(set => { store => '"redis+unix://' . $redis->socket . '"', store_deadline => '2s' });
	my $drained = sub {
		Wonted::Place::wait_for(sub { 1 == (() = $redis->do('CLIENT', 'LIST') =~ /^id=/mg) }, 30) or die "clients stay\n";
	};
	subtest 'killed in the midst of batches over Redis' => sub { killed_in_batches(6000, $drained) };
	subtest 'Redis goes and comes back' => sub {
		my $pid = $place->start('redis.log', $learner, '-f', '-c', $d->{conf});
		my $log = $place->path('redis.log');
		$redis->stop;
		$d->start;
		mail(from => 'zoe@good.example', to => [$ann], message_id => "blind$_\@good.example") for 1 .. 3;
		mail(from => $ann, to => ['zoe@good.example'], client => '198.51.100.7', message_id => "gone$_\@example.org") for 1 .. 3;
		ok(Wonted::Place::wait_for(sub { Wonted::Place::read_file($log) =~ /cannot learn now/ }, 20), 'it says that it cannot learn');
		$redis->start;
		my $thread = sub { facts('zoe@good.example', $ann, headers => ["References: <$_[0]>"])->{'thread.known'} };
		# what was there is gone with that Redis, what waited is not
		ok(Wonted::Place::wait_for(sub { $thread->('gone3@example.org') }, 30), 'and learns when it can');
		ok(!$thread->('blind3@good.example'), 'but nothing of what was judged without facts');
		$d->stop;
		ok($place->stop($pid), 'it stops when told');
	};
	$redis->stop;
	$d->configure(set => { store => $lmdb, store_deadline => undef });
}

subtest 'what stands in its way' => sub {
	$d->configure(set => { journal_pii => 'no' });
	unlink glob("$spool/*");
	$d->start;
	mail(from => $bob, to => [$ann]);
	$d->stop;
	($status, $said) = learn('-1');
	like($said, qr/journal_pii is "no".*set journal_pii = yes/, 'records without addresses');
	like($said, qr/learned 0 messages.*no addresses 1/, 'are counted');
	$d->configure(set => { journal_dir => '"' . $place->path('nowhere') . '"' });
	($status, $said) = learn('-1');
	is($status, 1, 'no spool');
	like($said, qr/nowhere: cannot open.*journal_dir/, 'is named');
	($status, $said) = learn('extra');
	is($status, 2, 'a stray argument is exit 2');
	($status, $said) = learn('--version');
	like($said, qr/^wonted-learn \d/, 'a version');
};
done_testing;
