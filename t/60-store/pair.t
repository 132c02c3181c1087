#!/usr/bin/perl
# From one store to another while threads read: the contract over a pair with a real Redis,
# a secondary that hangs and is gone, percentages that change meanwhile, and the way back.
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
my ($one, $two) = map { Wonted::Redis->new($place, name => $_)->start } qw(one two);
my ($deadline_ms, $grace_us) = (80, 50_000);
my ($first, $second) = map { 'redis://' . $_->address } $one, $two;
my $lmdb = 'lmdb:' . $place->path('store');

for my $url ("pair:dark=50,live=0:$lmdb|$first", "pair:dark=50,live=0:$first|$second") {
	local $ENV{WONTED_STORE} = $url;
	my $out = `$contract --tap 2>&1`;
	my $passed = () = $out =~ /^ok /mg;
	ok $? == 0 && $passed >= 12, "a pair keeps the contract ($passed tests)" or diag $out;
}

$_->do('FLUSHALL') for $one, $two;
my $r = Wonted::Redis::Reader->new($place, "pair:dark=100,live=0:$first|$second");
like $r->tell('put', 2000), qr/^wrote/, 'written through the pair';
is $r->tell('settle'), 'settled', '... to both';
is $two->do('DBSIZE'), $one->do('DBSIZE'), 'both hold the same keys';

# what a second of reading looks like
sub watched {
	my ($what, %o) = @_;
	$r->count;
	my $c = $r->watch(1, sub { $_[0]{batches} > 100 });
	cmp_ok $c->{batches}, '>', 100, "$what: batches are read";
	ok Wonted::Redis::Reader::answered($c), '... all are answered'
	    or diag "$c->{none} none, $c->{part} in part";
	is $c->{lost} + $c->{wrong}, 0, '... rightly';
	# without the breaker every batch would; a busy machine may hold up a few
	cmp_ok $c->{waited}, '<=', ($o{waits} // 0) + $c->{batches} / 50 + ($c->{jitter_us} > 20_000 ? 50 : 0), '... and none waits';
	return $c;
}

# how many batches a server was asked when nothing is on its way to it any more
sub settled_calls {
	my ($server) = @_;
	my $calls = -1;
	is $r->tell('settle'), 'settled', 'nothing waits to be asked';
	Wonted::Place::wait_for(sub {    # what was sent while it hung is read after it woke
		my $now = $server->calls('mget');
		sleep 0.1;
		($calls, $now) = ($now, $calls);
		return $calls == $now;
	});
	return $calls;
}

sub status { return $r->tell('status') }

$r->tell('run', 4, 2, $deadline_ms, 40);
watched('both well, all dark');
like status(), qr/parity all 1\.000000 of [1-9]\d+/, 'they are alike to six digits';
like status(), qr/parity pair 1\.000000/, '... by family';

is $r->tell('pair', 0, 0), 'set', 'dark 0 at run time';
my $mget = settled_calls($two);
watched('dark 0');
is $two->calls('mget') - $mget, 0, 'the secondary is not asked any more';
$r->tell('pair', 25, 0);

# what the pair counted since it was asked last. What the servers were asked would say less: comparing may lag behind
# for as long as its queue is, and a secondary that was late once is left alone for a second
my %before;
sub counted {
	my %now;
	@now{qw(batches dark dropped live back)} = status() =~ /batches (\d+), dark (\d+) \(dropped (\d+)\), live (\d+) \(fell back (\d+)\)/;
	my %since = map { $_ => $now{$_} - ($before{$_} // 0) } keys %now;
	%before = %now;
	return \%since;
}
counted();
my $s = $two->calls('mget');
watched('dark 25');
my $n = counted();
cmp_ok abs($n->{dark} / $n->{batches} - .25), '<', .01, "a quarter is compared ($n->{dark} of $n->{batches})";
ok Wonted::Place::wait_for(sub { $two->calls('mget') - $s >= $n->{dark} - $n->{dropped} }), '... with what the secondary says';

$r->tell('pair', 100, 0);
$two->freeze;
watched('the secondary hangs', waits => 0);
$two->thaw;
$two->stop;
watched('the secondary is gone');
like status(), qr/parity all 1\.000000.*unknown [1-9]/, 'what it did not answer is counted, and is no difference';
like $r->tell('write'), qr/^wrote/, 'writing goes on without it';
$two->start;
sleep 1.2;    # it is empty now: nothing was saved
watched('the secondary is empty');
my $text;
Wonted::Place::wait_for(sub { ($text = status()) =~ /parity all 0\./ });
like $text, qr/parity all 0\.\d{6}/, 'that is seen';
like $text, qr/differs: missing pair R\|/, '... with examples';

$two->do('REPLICAOF', '127.0.0.1', $one->port);    # a copy, as `wonted store load` would make one
Wonted::Place::wait_for(sub { $two->info('replication', 'master_link_status') eq 'up' }, 20);
$two->do(qw(REPLICAOF NO ONE));
$r->tell('pair', 0, 100);
Wonted::Place::wait_for(sub { my $before = $two->calls('mget'); sleep 0.1; $two->calls('mget') > $before });
$r->tell('pair', 0, 50);
counted();
$s = $two->calls('mget');
watched('live 50');
$n = counted();
ok abs($n->{live} / $n->{batches} - .5) < .05 || $n->{back}, "half is answered by the secondary ($n->{live} of $n->{batches}, $n->{back} fell back)";
cmp_ok $two->calls('mget') - $s, '>=', $n->{live} - $n->{back} - 10, '... which was asked for them';
$two->freeze;
watched('live 50, and it hangs', waits => 4);
like status(), qr/at rest/, 'it is left alone for a while';
$two->thaw;
$r->tell('pair', 0, 0);
$s = settled_calls($two);
watched('back again');
is $two->calls('mget') - $s, 0, 'the primary answers all, at once';
$r->tell('stop');
ok $r->quit, 'the reader ends well' or diag $r->log;
done_testing;
