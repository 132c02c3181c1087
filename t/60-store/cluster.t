#!/usr/bin/perl
# A real cluster of three masters and three replicas behind the store interface: the contract,
# one round trip a node, and resharding, failover, dead and hanging nodes while threads read
# known keys: no wrong value, nothing known called absent, no batch beyond its deadline.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Place;
use Wonted::Redis;

plan skip_all => 'redis-server is not installed' unless Wonted::Redis::there();
my $contract = Wonted::Daemon::build_dir() . '/t/60-store/contract.t';
plan skip_all => "build $contract first" unless -x $contract && -x Wonted::Redis::Reader::program();

my $place = Wonted::Place->new;
my ($deadline_ms, $grace_us) = (80, 50_000);
my @node = Wonted::Redis->cluster($place, 3);
my @master = @node[0 .. 2];
my $url = 'redis-cluster://' . join ',', map { $_->address } @master[0, 1];

{
	local $ENV{WONTED_STORE} = $url;
	my $out = `$contract --tap 2>&1`;
	my $passed = () = $out =~ /^ok /mg;
	ok $? == 0 && $passed >= 12, "redis-cluster:// keeps the contract ($passed tests)" or diag $out;
}

my $r = Wonted::Redis::Reader->new($place, $url);
like $r->tell('put', 3000), qr/^wrote/, '3000 keys are written';
like $r->tell('merge'), qr/^wrote/, 'a value is merged';
$_->do('WAIT', 1, 2000) for @master;
my @keys = map { $_->do('DBSIZE') } @master;
cmp_ok $_, '>', 300, 'a master has its part of them' for @keys;

subtest 'one round trip a node' => sub {
	$r->count('batch', 1000, 40);
	my @most = (1e9) x 3;
	for (1 .. 10) {    # replicas tell their masters now and then that they live: that is read too
		my @before = map { $_->reads } @master;
		is $r->count('batch', 1000, 40)->{whole}, 1, 'a batch over all nodes is answered';
		my @reads = map { $master[$_]->reads - $before[$_] - 1 } 0 .. 2;
		for (0 .. 2) { $most[$_] = $reads[$_] if $reads[$_] < $most[$_] }
	}
	is_deeply \@most, [1, 1, 1], 'each node had something to read once';
	my @get = map { $_->calls('get') } @master;
	$r->count('batch', 1000, 40);
	my $sum = 0;
	$sum += $master[$_]->calls('get') - $get[$_] for 0 .. 2;
	is $sum, 40, 'each key is asked once';
};

my @table;

sub harmless {
	my ($what, $c, %o) = @_;
	is $c->{lost}, 0, 'nothing known is called absent';
	is $c->{wrong}, 0, 'no wrong value';
	cmp_ok $c->{over_us} - $c->{jitter_us}, '<', $grace_us + ($c->{jitter_us} > 20_000 ? 4 * $c->{jitter_us} : 0), 'no batch outlasts its deadline';
	ok Wonted::Redis::Reader::answered($c), 'all is answered'
	    or diag "$c->{none} none, $c->{part} in part" if $o{whole};
	push @table, [$what, @$c{qw(batches whole part none waited)}, $o{back} // '-'];
}

sub recovers {
	my ($seconds) = @_;
	my $begin = time;
	my $in_a_row = 0;
	Wonted::Place::wait_for(sub {
		$in_a_row = $r->count('batch', $deadline_ms, 200)->{whole} ? $in_a_row + 1 : 0;
		return $in_a_row >= 3;
	}, $seconds // 20) or return undef;
	return int((time - $begin) * 1000);
}

# slot by slot, as redis-cli --cluster reshard does, a few keys at a time
sub reshard {
	my ($from, $to, @slots) = @_;
	for my $slot (@slots) {
		$to->do('CLUSTER', 'SETSLOT', $slot, 'IMPORTING', $from->{id});
		$from->do('CLUSTER', 'SETSLOT', $slot, 'MIGRATING', $to->{id});
		while (1) {
			my $keys = $from->do('CLUSTER', 'GETKEYSINSLOT', $slot, 3);
			last unless @$keys;
			$from->do('MIGRATE', '127.0.0.1', $to->port, '', 0, 5000, 'KEYS', @$keys);
			sleep 0.005;
		}
		$_->do('CLUSTER', 'SETSLOT', $slot, 'NODE', $to->{id}) for $to, $from;
	}
}

# slots that hold something
sub full_slots {
	my ($s, $first, $last) = @_;
	return grep { $s->do('CLUSTER', 'COUNTKEYSINSLOT', $_) } $first .. $last;
}

subtest 'resharding' => sub {
	my @slots = (full_slots($master[0], 0, 5460))[0 .. 14];
	my $moving = 0;
	$moving += $master[0]->do('CLUSTER', 'COUNTKEYSINSLOT', $_) for @slots;
	cmp_ok $moving, '>', 100, "$moving keys are about to move";
	$r->tell('run', 4, 2, $deadline_ms, 200);
	$r->count;
	reshard($master[0], $master[1], @slots);
	my $c = $r->watch(0.2, sub { $_[0]{batches} > 50 });
	cmp_ok $c->{batches}, '>', 50, 'batches were read meanwhile';
	harmless('resharded', $c, whole => 1);
	my $moved = 0;
	$moved += ($_->info('errorstats', 'errorstat_MOVED') // '') =~ /count=(\d+)/ ? $1 : 0 for @master;
	cmp_ok $moved, '>', 0, "keys were found by MOVED ($moved)";
	my $ask = ($master[0]->info('errorstats', 'errorstat_ASK') // '') =~ /count=(\d+)/ ? $1 : 0;
	cmp_ok $ask, '>', 0, "... and by ASK ($ask)";
	sleep 0.5;
	my $before = ($master[0]->info('errorstats', 'errorstat_MOVED') // '') =~ /count=(\d+)/ ? $1 : 0;
	sleep 0.3;
	is +(($master[0]->info('errorstats', 'errorstat_MOVED') // '') =~ /count=(\d+)/ ? $1 : 0), $before,
	    'with a new map nobody is sent on any more';
	like $r->tell('write'), qr/^wrote/, 'writing goes on';
};

sub is_master { my ($s) = @_; return (eval { $s->info('replication', 'role') } // '') eq 'master' }

subtest 'a failover that an admin asks for' => sub {
	$r->count;
	$node[5]->do('CLUSTER', 'FAILOVER');
	ok Wonted::Place::wait_for(sub { is_master($node[5]) }, 20), 'the replica takes over';
	my $ms = recovers();
	ok defined $ms, 'all is answered again';
	harmless('handed over', $r->count, back => $ms);
	like $r->tell('write'), qr/^wrote/, 'writing goes on';
	ok Wonted::Redis::settled(@node), 'the cluster is well';
};

subtest 'a master is killed' => sub {
	$_->do('WAIT', 1, 2000) for @master[0, 1];
	sleep 0.2;
	$r->count;
	my $begin = time;
	$master[1]->stop(signal => 'KILL');
	my $c = $r->watch(0.3, sub { $_[0]{part} > 10 });
	cmp_ok $c->{part}, '>', 10, 'what others know is answered meanwhile';
	# on a busy machine one that lives may get no turn for a whole deadline, too
	ok $c->{none} == 0 || Wonted::Redis::Reader::busy($c), '... in every batch' or diag "$c->{none} none";
	harmless('master killed', $c);
	ok Wonted::Place::wait_for(sub { is_master($node[4]) }, 30), 'its replica takes over';
	ok defined recovers(), 'all is answered again';
	harmless('... its replica took over', $r->count, back => int((time - $begin) * 1000));
	Wonted::Place::wait_for(sub { $r->tell('write') =~ /^wrote/ });
	like $r->tell('write'), qr/^wrote/, 'writing goes on';
	$master[1]->start;
	ok Wonted::Redis::settled(@node), 'it comes back as a replica';
	sleep 0.3;
	harmless('... it came back', $r->count, whole => 1);
};

subtest 'a master hangs' => sub {
	$r->count;
	my $begin = time;
	$master[0]->freeze;
	my $c = $r->watch(0.5, sub { $_[0]{part} > 10 });
	cmp_ok $c->{part}, '>', 10, 'what others know is answered meanwhile';
	cmp_ok $c->{waited}, '<=', 4 + $c->{batches} / 50 + ($c->{jitter_us} > 20_000 ? 50 : 0), 'each thread waited for it once';
	harmless('master hung (SIGSTOP)', $c);
	ok Wonted::Place::wait_for(sub { is_master($node[3]) }, 30), 'its replica takes over';
	ok defined recovers(), 'all is answered again';
	$master[0]->thaw;
	ok Wonted::Redis::settled(@node), 'it comes back as a replica';
	sleep 0.3;
	harmless('... its replica took over', $r->count, back => int((time - $begin) * 1000));
};

subtest 'all nodes are gone' => sub {
	$r->count;
	$_->freeze for @node;
	sleep 0.5;
	my $c = $r->count;
	cmp_ok $c->{waited}, '<=', 12 + $c->{batches} / 50 + ($c->{jitter_us} > 20_000 ? 50 : 0), 'nobody waits long for them';
	harmless('all nodes hung', $c);
	my $begin = time;
	$_->thaw for @node;
	ok defined recovers(), 'all is answered again';
	harmless('... and woke', $r->count, back => int((time - $begin) * 1000));
};
$r->tell('stop');
like $r->tell('status'), qr/cluster slots 16384 of 16384/, 'the map is whole';
ok $r->quit, 'the reader ends well' or diag $r->log;

my $nobody = Wonted::Redis::Reader->new($place, 'redis-cluster://127.0.0.1:' . (Wonted::Place::free_ports(1))[0]);
is $nobody->count('batch', $deadline_ms, 40)->{none}, 1, 'where there is no cluster, all is unknown';
like $nobody->tell('write'), qr/^failed /, '... and writing fails';
ok $nobody->quit, 'ends well';

diag sprintf '%-28s %8s %8s %8s %8s %7s %s', 'Cluster', 'batches', 'whole', 'in part', 'none', 'waited', 'back ms';
diag sprintf '%-28s %8d %8d %8d %8d %7d %s', @$_ for @table;
done_testing;
