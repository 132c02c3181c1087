#!/usr/bin/perl
# A Redis behind the store interface: the contract, one round trip a batch, replicas and
# sentinels, logins; and all the ways in which it can be of no use, none of which may hold up
# a message or make a known person unknown to us.
use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Place;
use Wonted::Redis;

plan skip_all => 'redis-server is not installed' unless Wonted::Redis::there();
my $contract = Wonted::Daemon::build_dir() . '/t/60-store/contract.t';
plan skip_all => "build $contract first" unless -x $contract && -x Wonted::Redis::Reader::program();

my $place = Wonted::Place->new;
my $redis = Wonted::Redis->new($place, name => 'one')->start;
my ($deadline_ms, $grace_us) = (80, 50_000);

sub contract_ok {
	my ($url, $what) = @_;
	local $ENV{WONTED_STORE} = $url;
	my $out = `$contract --tap 2>&1`;
	my $passed = () = $out =~ /^ok /mg;
	ok $? == 0 && $passed >= 12, "$what keeps the contract ($passed tests)" or diag $out;
}

sub fresh {
	my ($url, $keys) = @_;
	$redis->do('FLUSHALL');
	my $r = Wonted::Redis::Reader->new($place, $url);
	like $r->tell('put', $keys), qr/^wrote/, "$keys keys are written" if $keys;
	return $r;
}

# until a batch of known keys is answered whole; milliseconds
sub recovers {
	my ($r, $seconds) = @_;
	my $begin = time;
	Wonted::Place::wait_for(sub { $r->count('batch', $deadline_ms, 40)->{whole} == 1 }, $seconds // 10)
	    or return undef;
	return int((time - $begin) * 1000);
}

my $url = 'redis://' . $redis->address;
my $unix = 'redis+unix://' . $redis->socket;
contract_ok("$url/3", 'redis://');
contract_ok($unix, 'redis+unix://');

subtest 'one round trip a batch' => sub {
	my $r = fresh($url, 2000);
	$r->count('batch', 1000, 2);
	for my $keys (1, 40, 5000) {
		my ($mget, $get, $reads) = ($redis->calls('mget'), $redis->calls('get'), $redis->reads);
		my $c = $r->count('batch', 5000, $keys);
		$reads = $redis->reads - $reads - 1;    # INFO itself is one
		is $c->{whole}, 1, "$keys keys are answered";
		is $redis->calls('mget') - $mget, 1, '... by one MGET';
		is $redis->calls('get') - $get, 0, '... and nothing else';
		is $reads, 1, '... which the server read at once' if $keys <= 40;
	}
	my $mget = $redis->calls('mget');
	$r->count('batch', 5000, 25000);
	is $redis->calls('mget') - $mget, 3, '25000 keys are asked 10000 a command';
	ok $r->quit, 'ends well';
};

my @table;

# Something happens to the server while four threads read as messages do; afterwards it is repaired.
sub trouble {
	my ($what, %o) = @_;
	subtest $what => sub {
		my $r = fresh($o{url} // $url, $o{keys} // 2000);
		$r->tell('run', 4, 2, $deadline_ms, 40);
		my $before = $r->watch(0.3, sub { $_[0]{whole} > 20 });
		cmp_ok $before->{whole}, '>', 20, 'batches are answered';
		ok Wonted::Redis::Reader::answered($before), 'all of them';
		$o{break}->();
		sleep $o{seconds} // 1.2;
		my $during = $r->count;
		my $wrote = $o{no_write} ? '-' : $r->tell('write');
		my $writing = time;
		$o{repair}->();
		my $ms;
		if ($o{forgets}) {
			$r->count('batch', $deadline_ms, 40)->{part} and fail 'odd';
			$ms = Wonted::Place::wait_for(sub { $r->count('batch', $deadline_ms, 40)->{whole} }, 10) ? 0 : undef;
		} else {
			$ms = recovers($r);
		}
		ok defined $ms, 'it recovers by itself';
		cmp_ok $ms // 1e9, '<', 10_000, '... soon' unless $o{slow_back};
		$r->count;
		my $after = $r->watch(0.3, sub { $_[0]{batches} > 20 });
		ok Wonted::Redis::Reader::answered($after), 'all batches are answered again';
		my $over = (sort { $b <=> $a } map { $_->{over_us} - $_->{jitter_us} } $before, $during, $after)[0];
		my ($busy) = sort { $b <=> $a } map { $_->{jitter_us} } $before, $during, $after;
		cmp_ok $over, '<', $grace_us + ($busy > 20_000 ? 4 * $busy : 0), 'no batch outlasts its deadline';
		for my $c ($before, $during, $o{forgets} ? () : $after) {
			is $c->{lost}, 0, 'nothing known is called absent' unless $o{forgets};
			is $c->{wrong}, 0, 'no wrong value';
		}
		cmp_ok $during->{waited}, '<=', ($o{waits} // 4) + $during->{batches} / 50 + ($during->{jitter_us} > 20_000 ? 50 : 0),
			'few batches waited for it';
		like $wrote, $o{writes}, 'writing says so' if $o{writes};
		$o{more}->($r, $during) if $o{more};
		$r->tell('stop');
		ok $r->quit, 'the reader ends well' or diag $r->log;
		push @table, [$what, $during->{batches}, $during->{whole}, $during->{waited},
			$over > 0 ? sprintf('%.1f', $over / 1000) : '-', $wrote =~ /^(\w+)/ ? $1 : '-', $ms];
	};
}

trouble('stopped', writes => qr/^failed .*Connection refused/,
	break => sub { $redis->do('SAVE'); $redis->stop }, repair => sub { $redis->start });
trouble('restarted', writes => qr/^wrote/,
	break => sub { $redis->do('SAVE'); $redis->stop(signal => 'KILL'); $redis->start }, repair => sub { });
trouble('hung (SIGSTOP)', writes => qr/^uncertain .*no answer in time/,
	break => sub { $redis->freeze }, repair => sub { $redis->thaw });
trouble('hung, unix socket', url => $unix, no_write => 1,
	break => sub { $redis->freeze }, repair => sub { $redis->thaw });
trouble('memory full', writes => qr/^failed .*OOM.*maxmemory/, waits => 2,
	break => sub { $redis->do(qw(CONFIG SET maxmemory 1)) },
	repair => sub { $redis->do(qw(CONFIG SET maxmemory 0)) },
	more => sub {
		my ($r, $during) = @_;
		ok Wonted::Redis::Reader::answered($during), 'reading goes on' or diag "$during->{none} none, $during->{part} in part";
		like $r->log, qr/OOM command not allowed.*maxmemory-policy noeviction/, 'the log tells the remedy';
		like $r->tell('status'), qr/ oom [1-9]/, 'it is counted';
	});

# commands that hold the server up for a while, one after the other, from another process
sub meanwhile {
	my (@command) = @_;
	my $pid = fork // die;
	return $pid if $pid;
	delete $redis->{client};
	eval { while (1) { $redis->try(@command) } };
	POSIX::_exit(0);
}
my $other;
trouble('slow (100 ms each)', waits => 80, no_write => 1,
	break => sub { $other = $place->adopt(meanwhile(qw(DEBUG SLEEP 0.1))) },
	repair => sub { $place->stop($other, signal => 'KILL') });
trouble('held up by a script', writes => qr/^failed .*BUSY.*SCRIPT KILL/,
	break => sub {
		$redis->do(qw(CONFIG SET busy-reply-threshold 20));
		$other = $place->adopt(meanwhile('EVAL', 'while true do end', 0));
	},
	repair => sub {
		$place->stop($other, signal => 'KILL');
		delete $redis->{client};
		Wonted::Place::wait_for(sub { !ref $redis->try(qw(SCRIPT KILL)) });
	});
trouble('loading', writes => qr/^failed .*LOADING/,
	break => sub {
		$redis->do('SAVE');
		$redis->stop;
		$redis->start(now => 1, more => ['--key-load-delay', 1500, '--loading-process-events-interval-bytes', 1024]);
	},
	repair => sub { Wonted::Place::wait_for(sub { eval { $redis->do('PING') } }, 20) },
	more => sub { like $_[0]->log, qr/LOADING.*is loading its data/, 'the log tells what to do' });
trouble('wants a password', writes => qr/^failed .*NOAUTH.*password_file/,
	break => sub {
		$redis->do(qw(CONFIG SET requirepass sesame));
		$redis->try(qw(CLIENT KILL TYPE normal));
	},
	repair => sub { $redis->do(qw(CONFIG SET requirepass), '') },
	more => sub { like $_[0]->log, qr/NOAUTH.*put it in a file/, 'the log tells the remedy' });
trouble('flushed', writes => qr/^wrote/, waits => 2, forgets => 1,
	break => sub { $redis->do('FLUSHALL') }, repair => sub { });

subtest 'a read-only replica in the place of the primary' => sub {
	my $r = fresh($url, 100);
	my $two = Wonted::Redis->new($place, name => 'two',
		conf => 'replicaof 127.0.0.1 ' . $redis->port . "\n")->start;
	Wonted::Place::wait_for(sub { $two->info('replication', 'master_link_status') eq 'up' });
	my $wrong = Wonted::Redis::Reader->new($place, 'redis://' . $two->address);
	like $wrong->tell('write'), qr/^failed .*READONLY.*name the primary/, 'it takes no writes and says why';
	is $wrong->count('batch', $deadline_ms, 40)->{whole}, 1, 'it answers';
	like $wrong->tell('status'), qr/ readonly [1-9]/, 'it is counted';
	ok $wrong->quit && $r->quit, 'both end well';
	$two->stop;
};

subtest 'replicas' => sub {
	my $two = Wonted::Redis->new($place, name => 'replica', conf => <<"END")->start;
replicaof 127.0.0.1 @{[ $redis->port ]}
repl-diskless-sync-delay 0
END
	my $in_step = sub {
		Wonted::Place::wait_for(sub { $two->info('replication', 'master_link_status') eq 'up' }, 20);
	};
	$in_step->();
	my $r = fresh("$url?replicas=" . $two->address, 1000);
	$redis->do('WAIT', 1, 1000);
	my $whole = sub {
		my ($what) = @_;
		my $sum = { map { $_ => 0 } qw(none part lost wrong) };
		my $busy = 0;
		for (1 .. 20) {
			my $c = $r->count('batch', $deadline_ms, 40);
			$sum->{$_} += $c->{$_} for keys %$sum;
			$busy = 1 if Wonted::Redis::Reader::busy($c);
			$sum->{late}++ if $c->{over_us} > $grace_us && !$busy;
		}
		$sum->{none} = $sum->{part} = 0 if $busy;
		is_deeply $sum, { none => 0, part => 0, lost => 0, wrong => 0 }, $what;
	};
	my ($primary, $replica) = ($redis->calls('mget'), $two->calls('mget'));
	$whole->('the replica answers');
	is $redis->calls('mget') - $primary, 0, 'the primary is left alone';
	is $two->calls('mget') - $replica, 20, 'each batch is one MGET there';
	$two->do(qw(REPLICAOF NO ONE));
	$two->do('FLUSHALL');
	$whole->('a replica that is none, and empty, is not believed');
	$two->do(qw(REPLICAOF 127.0.0.1 1));
	$whole->('nor is one that looks for its primary');
	$two->do('REPLICAOF', '127.0.0.1', $redis->port);
	$in_step->();
	$replica = $two->calls('mget');
	ok Wonted::Place::wait_for(sub { $whole->('still'), $two->calls('mget') > $replica }), 'back in step, it is asked again';
	$two->freeze;
	$whole->('a replica that hangs costs half a deadline, and no answer');
	$two->thaw;
	$two->stop;
	$whole->('a replica that is gone costs nothing');
	ok $r->quit, 'ends well';
};

subtest 'logins' => sub {
	my $file = $place->write('password', "open sesame\n");
	chmod 0640, $file;
	$redis->do('ACL', 'SETUSER', 'wonted', 'on', '>open sesame', 'resetchannels', '~*',
		qw(-@all +get +mget +set +del +eval +scan +ping +role +select +multi +exec));
	my $r = Wonted::Redis::Reader->new($place, "redis://wonted@" . $redis->address . "/5?password_file=$file");
	like $r->tell('put', 100), qr/^wrote/, 'a user with the rights of the README can write';
	like $r->tell('merge'), qr/^wrote/, '... and merge';
	is $r->count('batch', 1000, 40)->{whole}, 1, '... and read';
	ok $r->quit, 'ends well';
	$place->write('password', "wrong\n");
	$r = Wonted::Redis::Reader->new($place, "redis://wonted@" . $redis->address . "/5?password_file=$file");
	is $r->count('batch', 1000, 40)->{none}, 1, 'with a wrong password all is unknown';
	like $r->log, qr/WRONGPASS.*compare the password file/, 'the log tells the remedy';
	unlike $r->log, qr/sesame/, '... and no password';
	ok $r->quit, 'ends well';
	$redis->do(qw(ACL DELUSER wonted));
};

subtest 'sentinels' => sub {
	my @s = map { Wonted::Redis->new($place, name => "s$_") } 1, 2;
	$_->start for @s;
	$s[1]->do('REPLICAOF', '127.0.0.1', $s[0]->port);
	Wonted::Place::wait_for(sub { $s[1]->info('replication', 'master_link_status') eq 'up' }, 20);
	my @sentinels;
	for my $i (1 .. 3) {
		my ($port) = Wonted::Place::free_ports(1);
		$place->write("sentinel$i/sentinel.conf", <<"END");
bind 127.0.0.1
port $port
dir @{[ $place->path("sentinel$i") ]}
sentinel monitor memory 127.0.0.1 @{[ $s[0]->port ]} 2
sentinel down-after-milliseconds memory 500
sentinel failover-timeout memory 3000
END
		$place->start("sentinel$i/log", 'redis-server', $place->path("sentinel$i", 'sentinel.conf'), '--sentinel');
		push @sentinels, bless { port => $port }, 'Wonted::Redis';
	}
	ok Wonted::Place::wait_for(sub {
		@sentinels == grep { my $s = $_; eval {
			my %m = @{ $s->do(qw(SENTINEL MASTER memory)) };
			$m{'num-other-sentinels'} == 2 && $m{'num-slaves'} == 1 && $m{flags} eq 'master'
		} } @sentinels
	}, 30), 'three sentinels know each other and the replica';
	my $r = Wonted::Redis::Reader->new($place, 'redis-sentinel://'
		. join(',', map { '127.0.0.1:' . $_->port } @sentinels) . '/memory');
	like $r->tell('put', 500), qr/^wrote/, 'the master is found and written';
	$s[0]->do('WAIT', 1, 1000);
	$r->tell('run', 2, 5, $deadline_ms, 40);
	ok Wonted::Redis::Reader::answered($r->watch(0.3, sub { $_[0]{whole} > 10 })), 'it answers';
	$s[0]->stop(signal => 'KILL');
	ok Wonted::Place::wait_for(sub { (eval { $s[1]->info('replication', 'role') } // '') eq 'master' }, 30), 'the replica takes over';
	ok defined recovers($r, 10), 'the new master is asked';
	like $r->tell('write'), qr/^wrote/, '... and written';
	$s[0]->start;    # as master, and empty
	sleep 0.5;
	my $c = $r->count;
	is $c->{lost} + $c->{wrong}, 0, 'nothing known was called absent';
	cmp_ok $c->{over_us} - $c->{jitter_us}, '<', $grace_us + ($c->{jitter_us} > 20_000 ? 4 * $c->{jitter_us} : 0), 'no batch outlasted its deadline';
	ok $r->quit, 'ends well';
};

diag sprintf "%-22s %8s %8s %7s %8s %-10s %s", 'Redis is', 'batches', 'answered', 'waited', 'over ms', 'a write', 'back ms';
diag sprintf '%-22s %8d %8d %7d %8s %-10s %s', @$_ for @table;
done_testing;
