#!/usr/bin/perl
# wonted-store as a cluster of three shards with two nodes each: our own cluster client and redis-cli
# find every key; nodes that are killed, swaps and damaged files while threads read known keys: no wrong
# value, nothing known called absent, no answer from two generations. And the contract of stores: of the
# half that reads.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Place;
use Wonted::Redis;
use Wonted::Store;

plan skip_all => 'wonted-store is not built' unless -x Wonted::Store::program() && -x Wonted::Redis::Reader::program();
my $long = $ENV{WONTED_SERVE_LONG};
my $place = Wonted::Place->new;
my $data = $place->path('data.mdb');
sub build { Wonted::Store->build($place, $data, tell => [[put => $_[0]]], more => ['--shards', 3]) }
build(3000);

my @port = Wonted::Place::free_ports(6);
my @range = map { int(16384 * $_ / 3) . '-' . (int(16384 * ($_ + 1) / 3) - 1) } 0 .. 2;
my $nodes = join ', ', map { "$range[$_] 127.0.0.1:$port[$_] 127.0.0.1:$port[$_ + 3]" } 0 .. 2;
my @node = map { Wonted::Store->new($place, name => "node$_", data => sprintf('%s.%d-of-3', $data, $_ % 3 + 1), port => $port[$_],
	set => { serve_nodes => qq("$nodes"), serve_node => qq("127.0.0.1:$port[$_]") })->start } 0 .. 5;
# the constructor takes a free port of its own unless it is told one
is join(' ', map { $_->port } @node), "@port", 'six nodes answer';

my $url = "redis-cluster://127.0.0.1:$port[0],127.0.0.1:$port[4]";
my $r = Wonted::Redis::Reader->new($place, $url);
$r->tell('known', 3000);

sub harmless {
	my ($what, $c) = @_;
	is "$c->{lost} $c->{wrong}", '0 0', "$what: nothing known is absent, nothing is wrong ($c->{batches} batches, $c->{whole} whole)";
}
sub recovers { return Wonted::Place::wait_for(sub { $r->count('batch', 200, 200)->{whole} }, 20) }

subtest 'the map' => sub {
	ok recovers(), 'a batch over all shards is answered';
	harmless('at rest', $r->count('batch', 5000, 2000));
	like $r->tell('status'), qr/cluster slots 16384 of 16384/, 'our own client has all of it';
	my $slots = $node[2]->do('CLUSTER', 'SLOTS');
	is_deeply [map { [@$_[0, 1], map { $_->[1] } @$_[2 .. $#$_]] } @$slots],
	    [map { [(split /-/, $range[$_]), @port[$_, $_ + 3]] } 0 .. 2], 'CLUSTER SLOTS';
	is scalar @{ $node[1]->do('CLUSTER', 'SHARDS') }, 3, 'CLUSTER SHARDS';
	like $node[4]->do('CLUSTER', 'NODES'), qr/127\.0\.0\.1:$port[4]\@\d+ myself,slave [0-9a-f]{40} 0 0 2 connected\n/, 'CLUSTER NODES';
	like $node[0]->do('CLUSTER', 'INFO'), qr/cluster_state:ok/, 'CLUSTER INFO';
	my %size = map { $_->do('CLUSTER', 'MYID') => 1 } @node;
	is scalar keys %size, 6, 'CLUSTER MYID';
	my $keys = 0;
	$keys += $node[$_]->do('DBSIZE') for 0 .. 2;
	is $keys, 3000, 'each key is in one shard';
	my $foreign = $node[0]->try('GET', 'foo');    # slot 12182
	is $$foreign, "MOVED 12182 127.0.0.1:$port[2]", 'MOVED';
	is $node[2]->do('GET', 'foo'), undef, '... there it is answered';
	is $node[5]->do('GET', 'foo'), undef, '... and by the other node of the shard';
	like ${ $node[2]->try('MGET', 'foo', 'bar') }, qr/^CROSSSLOT/, 'CROSSSLOT';
	is scalar @{ $node[2]->do('MGET', '{foo}a', '{foo}b', '!generation') }, 3, 'keys of one slot, and the generation';
};

subtest 'redis-cli -c' => sub {
	plan skip_all => 'redis-cli is not installed' unless grep { -x "$_/redis-cli" } split /:/, $ENV{PATH};
	for my $i (1, 50, 999, 2500) {
		my $key = sprintf 'R|{t|m%d}|s%d', $i % 97, $i;
		like qx(redis-cli -c -p $port[0] --no-raw GET '$key'), qr/value $i /, "GET $key from whatever node";
	}
	like qx(redis-cli -c -p $port[1] SET a b), qr/READONLY/, 'SET is refused';
	my $keys = join '', map { qx(redis-cli -p $_ --scan --pattern 'R|{t|m1}|*') } @port[0 .. 2];
	is scalar(() = $keys =~ /^R\|/mg), 31, '--scan';
};

subtest 'nodes are killed' => sub {
	$r->tell('run', 4, 2, 200, 100);
	sleep 0.5;
	$r->count;
	for my $i ($long ? (0 .. 5) : (1)) {
		$node[$i]->stop(signal => 'KILL');
		my $other = $node[($i + 3) % 6];
		ok Wonted::Place::wait_for(sub { $other->do('CLUSTER', 'SLOTS')->[$i % 3][2][1] == $other->port }, 10),
		    'the other node of the shard is named';
		ok recovers(), 'and all is answered again';
		harmless('a node was killed', $r->count);
		$node[$i]->start;
		ok Wonted::Place::wait_for(sub { !grep { $_->do('CLUSTER', 'NODES') =~ /fail/ } @node }, 10), 'it comes back';
		ok recovers(), 'all is answered';
		harmless('... it came back', $r->count);
	}
};

subtest 'swaps under load' => sub {
	for my $round (1 .. ($long ? 20 : 2)) {
		build(3000 + $round);
		ok Wonted::Place::wait_for(sub { my $n = 0; $n += $_->do('DBSIZE') for @node[0 .. 2]; $n == 3000 + $round }, 15), 'a new generation is taken';
	}
	my $c = $r->count;
	harmless('while others were put in place', $c);
	is $c->{none}, 0, '... and no answer was lost' unless Wonted::Redis::Reader::busy($c);
	# what is no good leaves the old one
	my $file = "$data.1-of-3";
	my $good = Wonted::Place::read_file($file);
	my $manifest = Wonted::Place::read_file("$file.manifest");
	my $generation = $node[0]->info('generation', 'generation');
	for (['cut', substr($good, 0, length($good) / 2)], ['one bit', do { my $t = $good; substr($t, length($t) / 2, 1) ^= "\1"; $t }], ['nothing', ''],
		['another shard', Wonted::Place::read_file("$data.2-of-3"), Wonted::Place::read_file("$data.2-of-3.manifest")]) {
		my ($what, $text, $its) = @$_;
		my $refused = $node[0]->metric('serve_refused_total');
		rename $place->write('bad.manifest', $its // $manifest), "$file.manifest" or die;
		rename $place->write('bad', $text), $file or die;
		ok Wonted::Place::wait_for(sub { $node[0]->metric('serve_refused_total') > $refused }, 10), "$what: refused";
		is $node[0]->metric('serve_stale'), 1, '... told to supervision';
		is $node[0]->info('generation', 'generation'), $generation, '... the old one stays';
	}
	like $node[0]->log, qr/the generation before is served on: \Q$file\E: /, 'the log says so';
	rename $place->write('good.manifest', $manifest), "$file.manifest" or die;
	rename $place->write('good', $good), $file or die;
	ok Wonted::Place::wait_for(sub { $node[0]->metric('serve_stale') == 0 }, 10), 'a good one is taken';
	harmless('all the while', $r->count);
};

subtest 'the contract of stores' => sub {
	my $contract = Wonted::Daemon::build_dir() . '/t/60-store/contract.t';
	plan skip_all => "build $contract first" unless -x $contract;
	my $file = Wonted::Store->build($place, $place->path('contract.mdb')) && $place->path('contract.mdb');
	my $s = Wonted::Store->new($place, name => 'contract', data => $file)->start;
	local $ENV{WONTED_STORE} = 'redis://' . $s->address;
	local $ENV{WONTED_STORE_SERVED} = $file;
	my $out = qx('$contract' --tap 2>&1);
	my $passed = () = $out =~ /^ok /mg;
	ok $? == 0 && $passed >= 12, "what reads keeps it ($passed tests)" or diag $out;
	is $place->stop(delete $s->{pid}), 1, 'ends well';
};

subtest 'redis-benchmark' => sub {
	plan skip_all => 'redis-benchmark is not installed' unless grep { -x "$_/redis-benchmark" } split /:/, $ENV{PATH};
	my $s = Wonted::Store->new($place, name => 'bench', data => $place->path('contract.mdb'))->start;
	my $port = $s->port;
	like qx(redis-benchmark -p $port -t get,ping -n 2000 -c 50 -P 10 -q 2>&1), qr/GET: [\d.]+ requests per second/, 'GET from 50 clients, ten at a time';
	like qx(redis-benchmark -p $port -n 500 -c 20 -q mget a b c 2>&1), qr/[\d.]+ requests per second/, 'MGET';
	like qx(redis-benchmark -p $port -t set -n 10 -c 1 -q 2>&1), qr/READONLY/, 'SET is refused';
	is $place->stop(delete $s->{pid}), 1, 'ends well';
};

subtest 'one MGET, one generation' => sub {
	my $alone = $place->path('alone.mdb');
	my $two = sub {    # every value tells its generation by how many keys there are
		Wonted::Store->build($place, $alone, tell => [[put => $_[0]]]);
	};
	$two->(500);
	my $s = Wonted::Store->new($place, name => 'alone', data => $alone)->start;
	my @ask = ('!generation', map { sprintf 'R|{t|m%d}|s%d', $_ % 97, $_ } 0 .. 700);
	my (%count, $swaps);
	my $builder = fork // die;
	if (!$builder) {
		for my $round (1 .. ($long ? 15 : 3)) { $two->(500 + $round * 10); sleep 1.2 }
		require POSIX;
		POSIX::_exit(0);
	}
	my $batches = 0;
	until (waitpid $builder, 1) {
		my ($generation, @value) = @{ $s->do('MGET', @ask) };
		$count{$generation}{ scalar grep { defined } @value }++;
		$batches++;
		sleep 0.002;
	}
	cmp_ok scalar(keys %count), '>=', 3, scalar(keys %count) . " generations were seen in $batches batches";
	is join(' ', grep { $_ != 1 } map { scalar keys %$_ } values %count), '', 'a batch of a generation has the keys of that one';
	is $place->stop(delete $s->{pid}), 1, 'ends well';
};

$r->tell('stop');
ok $r->quit, 'the reader ends well' or diag $r->log;
is $place->stop(delete $_->{pid}), 1, 'a node ends well' for @node;
done_testing;
