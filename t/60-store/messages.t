#!/usr/bin/perl
# One batch a message, counted at the servers while mail goes through the filter: for one
# recipient or a thousand, for aliases that are new and for those that are known, and exactly
# one round trip a node of a cluster.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Redis;

plan skip_all => 'redis-server is not installed' unless Wonted::Redis::there();
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();

my $place = Wonted::Place->new;
my $people = 1000;
my $aliases = $place->write('aliases.csv', "address,kind,canonical\n"
	. join '', map { "u$_\@example.org,user,\na$_\@example.org,user,u$_\@example.org\n" } 1 .. $people);
my $zone = $place->write('zone', "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n");
my $n = 0;

# the record of a message to these
sub mail {
	my ($d, @to) = @_;
	$n++;
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => '192.0.2.10' }, timeout => 30);
	$m->send(from => 'bob@example.net', to => [map { "$_\@example.org" } @to], id => "4Xbatch$n",
		message => "From: Bob <bob\@example.net>\nTo: a\@example.org\nSubject: x\nMessage-ID: <$n\@example.net>\n\nx\n");
	$m->quit;
	my ($status, $json) = $d->run('explain', '--json', "4Xbatch$n");
	return $status == 0 ? decode_json($json) : {};
}

sub daemon {
	my ($url) = @_;
	my $d = Wonted::Daemon->new($place, set => { store => qq("$url"), store_deadline => '2s', dns_zone_file => qq("$zone") });
	my ($status, $said) = $d->run('mailbox', 'import', $aliases);
	like $said, qr/^2000 addresses, 1000 of them aliases$/m, 'the mailboxes are stored' or diag $said;
	return $d->start;
}

sub canonical { return map { $_->{facts}{'rcpt.canonical'} } @{ $_[0]{rcpts} } }

# [what, recipients, keys more than at first]
sub rows {
	return (['one mailbox', ['u1'], 0], ['another', ['u2'], 0],
		['an alias that is new', ['a1'], 0], ['the same alias again', ['a1'], 1],
		['two aliases, one of them new', ['a1', 'a2'], 1, 2], ['the two again', ['a1', 'a2'], 2, 2],
		['an alias and its mailbox', ['a1', 'u1'], -2, 2],    # whose history and preferences are asked once
		['a thousand mailboxes', [map { "u$_" } 1 .. $people], 0, $people],
		['a thousand aliases, most of them new', [map { "a$_" } 1 .. $people], 2, $people],
		['a thousand known aliases', [map { "a$_" } 1 .. $people], $people, $people]);
}

# what one recipient's message asks, and what each further recipient asks
my ($base, $each);

sub keys_are_few {
	my ($record, $rcpts, $more) = @_;
	$base //= $record->{store_keys} - ($each = 4);    # mailbox, pair, and what is wanted of sender and domain
	is $record->{store_keys}, $base + $each * $rcpts + $more, "... $rcpts recipients, $more keys for aliases";
}

subtest 'a Redis' => sub {
	my $redis = Wonted::Redis->new($place, name => 'one')->start;
	my $d = daemon('redis+unix://' . $redis->socket);
	mail($d, 'warm');
	for (rows()) {
		my ($what, $to, $more, $rcpts) = @$_;
		my ($mget, $get) = ($redis->calls('mget'), $redis->calls('get'));
		my $record = mail($d, @$to);
		is $redis->calls('mget') - $mget, 1, "$what: one MGET";
		is $redis->calls('get') - $get, 0, '... and nothing else';
		keys_are_few($record, $rcpts // 1, $more);
		ok !$record->{degraded}, '... all was answered';
	}
	is_deeply [canonical(mail($d, 'a7', 'u8', 'x9'))], [map { "$_\@example.org" } 'u7', 'u8', 'x9'], 'and known where they lead';
	my ($status, $said) = $d->run('reload');
	my $record = mail($d, 'a1');
	is $record->{store_keys}, $base + $each + 1, 'after a reload aliases are still known' or diag $said;
	$d->stop;
	$redis->stop;
};

subtest 'a Redis Cluster' => sub {
	my @nodes = Wonted::Redis->cluster($place, 3);
	my @master = @nodes[0 .. 2];
	my $d = daemon('redis-cluster://' . join ',', map { $_->address } @master);
	mail($d, 'warm');
	for my $to (['u1'], ['a1'], ['a1'], [map { "a$_" } 1 .. 40], [map { "a$_" } 1 .. 40]) {
		my @most = (1e9) x 3;
		# replicas tell their masters now and then that they live: that is read too
		for (1 .. 5) {
			my @before = map { $_->reads } @master;
			my $record = mail($d, @$to);
			ok !$record->{degraded}, 'all was answered';
			my @reads = map { $master[$_]->reads - $before[$_] - 1 } 0 .. 2;
			for (0 .. 2) { $most[$_] = $reads[$_] if $reads[$_] < $most[$_] }
		}
		cmp_ok $_, '<=', 1, 'a node had something to read once: ' . @$to . ' recipients' for @most;
		cmp_ok $most[0] + $most[1] + $most[2], '>=', 1, '... and was asked';
	}
	my @get = map { $_->calls('get') } @master;
	my $record = mail($d, map { "a$_" } 1 .. 40);
	my $sum = 0;
	$sum += $master[$_]->calls('get') - $get[$_] for 0 .. 2;
	is $sum, $record->{store_keys}, 'each key is asked once';
	is $record->{store_keys}, $base + 40 * $each + 40, 'one more for each alias';
	$d->stop;
	$_->stop for @nodes;
};
done_testing;
