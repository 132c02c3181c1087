#!/usr/bin/perl
# The move of a running daemon from its LMDB to a Redis, as an admin does it: a pair, the data
# sent over, dark, live, back, live again, and the pair taken away; mail flows all the while,
# also when the Redis hangs. And mail over a Redis that comes and goes: none lost, none late.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Redis;

plan skip_all => 'redis-server is not installed' unless Wonted::Redis::there();
plan skip_all => 'the daemon is not built' unless Wonted::Daemon::built();

my $place = Wonted::Place->new;
my $redis = Wonted::Redis->new($place, name => 'redis')->start;
my $zone = $place->write('zone', qq(partner.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n));
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), baseline_age => '0s', headers => 'full' });
my $lmdb = "lmdb:$d->{dir}/store";
my $url = 'redis://' . $redis->address;
my $deadline_ms = 80;

sub wonted_ok {
	my ($what, @words) = @_;
	my ($status, $text) = $d->run(@words);
	is $status, 0, $what or diag $text;
	return $text;
}

my $people = $place->write('people.csv', join '', "name,addresses,title,vip\n",
	map { "Person Number$_,person$_\@example.org,,\n" } 1 .. 200);
my $mbox = $place->write('past.mbox', join '', map { my $i = $_; map { <<"END" } 1 .. 3 } 1 .. 60);
From - Tue Nov 10 10:00:00 2026
From: Carl Curt <carl$i\@partner.example>
To: person$i\@example.org
Date: $_ Oct 2026 10:00:00 +0000
Message-ID: <m$i.$_\@partner.example>
Subject: past

Hello
END
wonted_ok('people are imported', qw(people import), $people);
wonted_ok('mail is imported', qw(import --mbox), $mbox);
$d->start;

my $sent = 0;

# a message from somebody known; what was added to it, and how long its end took, in ms
sub mail {
	my ($i) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $begin = time;
	my $r = $m->send(from => "carl$i\@partner.example", to => ["person$i\@example.org"], id => sprintf('4X%05d', ++$sent),
		message => "From: Carl Curt <carl$i\@partner.example>\nTo: person$i\@example.org\nSubject: again\n"
		. "Message-ID: <n$sent\@partner.example>\n\nHello again.\n");
	my $ms = (time - $begin) * 1000;
	$m->quit;
	return ($r, $ms);
}

my %usual;
sub flows {
	my ($what, %o) = @_;
	my ($slowest, $wrong, $degraded) = (0, 0, 0);
	for my $i (1 .. $o{n} // 40) {
		my ($r, $ms) = mail($i);
		my $said = join '|', $r->reply, map { $r->added($_) } qw(X-Wonted-Verdict X-Wonted-Score);
		my $is_degraded = $r->message =~ /^X-Wonted-Degraded/m;
		$degraded += $is_degraded;
		$usual{$i} //= $said;
		$wrong++ if !$is_degraded && $said ne $usual{$i};
		$wrong++ if $r->reply ne 'continue';
		$slowest = $ms if $ms > $slowest;
	}
	is $wrong, 0, "$what: mail gets its usual verdict";
	is $degraded, 0, '... with all facts' unless $o{degraded};
	cmp_ok $degraded, '>=', 1, '... marked where facts are missing' if $o{degraded};
	cmp_ok $slowest, '<', $o{ms} // 2 * $deadline_ms + 1500, sprintf '... in time (%.0f ms)', $slowest;
}

flows('LMDB alone');
my ($status, $text) = $d->run(qw(store dark 10));
is $status, 1, 'there is no pair yet';
like $text, qr/no pair.*store = "pair:/s, '... and it is told how to make one';

$d->configure(set => { store => qq("pair:dark=0,live=0:$lmdb|$url") });
wonted_ok('the pair is taken by a reload', 'reload');
flows('a pair');
wonted_ok('the data is sent over', qw(store load), $url, '--from', $lmdb);
wonted_ok('all is compared from now on', qw(store dark 100));
flows('dark', n => 60);
sleep 0.3;
$text = wonted_ok('status', qw(store migrate status));
like $text, qr/^dark 100 %, live 0 %/m, 'tells the percentages';
like $text, qr/^parity all 1\.000000 of [1-9]\d*$/m, 'tells parity to six digits';
like $text, qr/^secondary p50 \d+ us, p99/m, 'tells how fast they are';
$redis->freeze;
flows('dark, and the Redis hangs');
$redis->thaw;
wonted_ok('the Redis answers', qw(store live 100));
flows('live');
cmp_ok $redis->calls('mget'), '>', 40, 'it was asked';
$redis->freeze;
flows('live, and it hangs');
$redis->thaw;
wonted_ok('back at once', qw(store live 0));
wonted_ok('nothing dark', qw(store dark 0));
my $mget = -1;
Wonted::Place::wait_for(sub {    # what was sent while it hung is read after it woke
	my $now = $redis->calls('mget');
	sleep 0.1;
	($mget, $now) = ($now, $mget);
	return $mget == $now;
});
flows('back');
is $redis->calls('mget') - $mget, 0, 'the Redis is left alone';
($status, $text) = $d->run(qw(store live 101));
is $status, 1, 'a wrong percentage is refused';

$d->configure(set => { store => qq("$url") });
wonted_ok('the Redis takes over', 'reload');
flows('Redis alone');
$redis->freeze;
flows('Redis hangs', degraded => 1);
$redis->thaw;
ok Wonted::Place::wait_for(sub { (mail(1))[0]->message !~ /^X-Wonted-Degraded/m }), 'it is back without a restart';
$redis->do('SAVE');
$redis->stop;
flows('Redis is gone', degraded => 1);
$redis->start;
ok Wonted::Place::wait_for(sub { (mail(1))[0]->message !~ /^X-Wonted-Degraded/m }), 'it is back without a restart';
flows('Redis again');
my $lines = () = $d->log =~ /verdict=/g;
is $lines, $sent, 'each message has its line';
ok $d->stop, 'the daemon ends well';
done_testing;
