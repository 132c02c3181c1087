#!/usr/bin/perl
# wonted-store: what clients of Redis say is answered as they expect it, nothing is ever written, and
# hostile ones cost no more than what they have sent. Swaps, clusters and kills: serve_cluster.t.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Place;
use Wonted::Redis;
use Wonted::Store;

plan skip_all => 'wonted-store is not built' unless -x Wonted::Store::program() && -x Wonted::Redis::Reader::program();

$SIG{PIPE} = 'IGNORE';    # a client that is thrown out writes on
my $place = Wonted::Place->new;
my $data = $place->path('data.mdb');
Wonted::Store->build($place, $data, tell => [[put => 2000], [ends => 3600], ['write']]);
my $s = Wonted::Store->new($place, name => 'store', data => $data,
	set => { serve_max_connections => 300, serve_memory => '"16m"', serve_reply => '"1m"' })->start;

# an error answer as its text
sub try { my $r = $s->try(@_); return ref $r eq 'SCALAR' ? "-$$r" : $r }
sub key { sprintf 'R|{t|m%d}|s%d', $_[0] % 97, $_[0] }

subtest 'reading' => sub {
	like try('GET', key(7)), qr/\A\0\0\0\0value 7 /, 'GET: a value with its stamp, as in a Redis';
	is try('GET', 'nobody'), undef, '... and nil';
	is try('GET', ''), undef, 'an empty key is absent';
	is try('GET', 'x' x 600), undef, '... and one that is too long';
	my $r = try('MGET', key(1), 'nobody', key(2), key(1));
	is_deeply [map { defined $_ ? (split ' ', substr $_, 4)[1] : undef } @$r], [1, undef, 2, 1], 'MGET: in order';
	is try('EXISTS', key(1), key(1), 'nobody'), 2, 'EXISTS counts';
	is try('TYPE', key(1)), 'string', 'TYPE';
	is try('TYPE', 'nobody'), 'none', '... of none';
	is try('STRLEN', 'nobody'), 0, 'STRLEN';
	is try('TTL', key(1)), -1, 'TTL: for ever';
	is try('TTL', 'nobody'), -2, '... not there';
	my $ttl = try('TTL', 'W|ends');
	ok $ttl > 3000 && $ttl <= 3600, '... so many seconds' or diag $ttl;
	cmp_ok try('PTTL', 'W|ends'), '>', 3_000_000, '... and milliseconds';
	is try('DBSIZE'), 2002, 'DBSIZE';
	my $g = $s->info('generation', 'generation');
	like $g, qr/^[0-9a-f]{16}$/, 'INFO tells the generation';
	is substr(try('MGET', key(1), '!generation')->[1], 4), $g, '... which a batch can ask for itself';
};

subtest 'SCAN' => sub {
	my (%seen, $pages);
	my $cursor = 0;
	do {
		my $r = try('SCAN', $cursor, 'MATCH', 'R|*', 'COUNT', 300);
		($cursor, my $keys) = @$r;
		$seen{$_}++ for @$keys;
		$pages++;
	} while ($cursor ne '0' && $pages < 100);
	is scalar(keys %seen), 2000, 'every key';
	is scalar(grep { $_ != 1 } values %seen), 0, '... once';
	cmp_ok $pages, '>=', 7, '... in pages';
	my $r = try('SCAN', 0, 'MATCH', 'W|*', 'COUNT', 100);
	is_deeply $r, [0, ['W|ends', 'W|one']], 'a prefix alone is looked at';
	is_deeply try('SCAN', 0, 'COUNT', 5, 'TYPE', 'hash')->[1], [], 'no key of another type';
	like try('SCAN', 99), qr/^-ERR this cursor is forgotten/, 'a cursor that nobody gave out';
	like try('SCAN', 'x'), qr/^-ERR invalid cursor/, '... or that is none';
	like try('SCAN', 0, @$_), qr/^-ERR syntax/, "@$_" for ['MATCH'], ['COUNT', 0], ['COUNT', 'x'], ['BY', 1];
	my $slow = time;
	try('SCAN', 0, 'MATCH', '*' . 'a*' x 500 . 'b', 'COUNT', 1000);
	cmp_ok time - $slow, '<', 5, 'a pattern of stars is bounded';
};

subtest 'writes are refused' => sub {
	my $before = $s->calls('get');
	for (['SET', 'a', 'b'], ['set', key(1), 'x' x 70000], ['DEL', key(1)], ['EVAL', 'return 1', 0], ['MULTI'], ['WATCH', 'a'],
		['EXPIRE', key(1), 1], ['FLUSHALL'], ['GETDEL', key(1)], ['RENAME', key(1), 'a'], ['UNLINK', key(1)]) {
		like try(@$_), qr/^-READONLY /, $_->[0];
	}
	like try('HGETALL', 'a'), qr/^-ERR unknown command 'HGETALL'/, 'what is not known is said';
	like try("x\r\n+OK"), qr/^-ERR unknown command 'x\?\?\+OK'$/, '... and ends no line';
	is try('GET', 'a'), undef, 'nothing is there';
	like try('GET', key(1)), qr/value 1 /, '... and nothing gone';
	my $reader = Wonted::Redis::Reader->new($place, 'redis://' . $s->address);
	like $reader->tell('write'), qr/^failed .*READONLY|replica/i, 'our own writer is told so';
	$reader->quit;
};

subtest 'what clients say' => sub {
	is try('PING'), 'PONG', 'PING';
	is try('PING', 'x'), 'x', '... with a text';
	is try('ECHO', 'x'), 'x', 'ECHO';
	is try('SELECT', 0), 'OK', 'SELECT 0';
	like try('SELECT', 1), qr/^-ERR DB index/, '... and no other';
	is try('ROLE')->[0], 'master', 'ROLE';
	is try($_), 'OK', $_ for qw(READONLY READWRITE ASKING);
	is_deeply try('CONFIG', 'GET', 'save'), ['save', ''], 'CONFIG GET';
	is_deeply try('CONFIG', 'GET', 'no-such'), [], '... of what there is not';
	like try('CONFIG', 'SET', 'save', ''), qr/^-ERR/, 'CONFIG SET is refused';
	is try('CLIENT', 'SETNAME', 'a'), 'OK', 'CLIENT SETNAME';
	is try('CLIENT', 'GETNAME'), 'a', '... GETNAME';
	like try('CLIENT', 'SETNAME', 'a b'), qr/^-ERR/, '... no blanks';
	like try('CLIENT', 'ID'), qr/^\d+$/, '... ID';
	is try('CLIENT', 'SETINFO', 'lib-name', 'x'), 'OK', '... SETINFO';
	my %hello = @{ try('HELLO', 2) };
	is $hello{proto}, 2, 'HELLO 2';
	like try('HELLO', 3), qr/^-NOPROTO/, 'HELLO 3 is not spoken';
	is try('COMMAND', 'COUNT'), scalar @{ try('COMMAND') }, 'COMMAND';
	is try('COMMAND', 'INFO', 'mget')->[0][3], 1, 'COMMAND INFO';
	like try('CLUSTER', 'INFO'), qr/^-ERR This instance has cluster support disabled/, 'it is no cluster';
	is try('CLUSTER', 'KEYSLOT', 'foo'), 12182, 'CLUSTER KEYSLOT';
	like try('GET'), qr/^-ERR wrong number of arguments for 'get'/, 'too few words';
	like try('INFO'), qr/^# Server\r\nredis_version:/m, 'INFO';
	like try('INFO', 'nothing'), qr/^$/, '... of a section that there is not';
};

sub raw {
	my ($port) = @_;
	return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port // $s->port, Timeout => 5) // die "no connection: $!\n";
}
sub rest_of { my ($c) = @_; local $/; my $all = <$c>; return $all // '' }
sub words { return '*' . @_ . "\r\n" . join '', map { '$' . length($_) . "\r\n$_\r\n" } @_ }

subtest 'pipelines' => sub {
	my $c = raw();
	my @want;
	my $text = '';
	for my $i (1 .. 3000) {
		$text .= words(@$_) for ['GET', key($i)], $i % 3 ? () : ['PING', "p$i"], $i % 7 ? () : ['SET', 'a', $i];
		push @want, ($i < 2000 ? qr/value $i / : qr/^NIL$/), $i % 3 ? () : qr/^p$i$/, $i % 7 ? () : qr/^READONLY/;
	}
	my $pid = fork // die;
	if (!$pid) { print $c $text; require POSIX; POSIX::_exit(0) }
	my $wrong = 0;
	for my $w (@want) {
		my $r = Wonted::Redis::answer($c);
		$r = ref $r ? $$r : $r // 'NIL';
		$wrong++ unless $r =~ $w;
	}
	is $wrong, 0, 'answers come in the order of ' . @want . ' requests';
	waitpid $pid, 0;
	print $c "GET nobody\r\nPING\r\n\r\n  EXISTS  a b\r\nQUIT\r\nPING\r\n";
	is rest_of($c), "\$-1\r\n+PONG\r\n:0\r\n+OK\r\n", 'lines of words; QUIT ends';
	$c = raw();
	print $c words('GET', key(5)), "*1\r\n:3\r\n";
	like rest_of($c), qr/\A\$\d+\r\n.*value 5 .*\r\n-ERR Protocol error: expected '\$'\r\n\z/s, 'an error comes behind the answers before it';
};

subtest 'hostile clients' => sub {
	my $rss = sub { my ($kb) = Wonted::Place::read_file("/proc/$s->{pid}/status") =~ /^VmRSS:\s+(\d+)/m; return $kb };
	my $before = $rss->();
	for ("*1000000000\r\n", "*1\r\n\$2000000000\r\n", '*' . '1' x 100, "*2\r\n\$3\r\nGET\r\n\$-5\r\n", "*1\r\n\$1\r\nxx\r\n", 'x' x 20000, "\0" x 40) {
		my $c = raw();
		print $c $_;
		shutdown $c, 1;
		my $all = rest_of($c);
		like $all, qr/\A(-ERR .*\r\n)?\z/, 'a mistake is said, or nothing: ' . substr($_, 0, 12) =~ s/[^ -~]/?/gr;
	}
	# many that have begun a request and say no more, each with a megabyte on its way
	my @half = map { my $c = raw(); $c->blocking(0); $c } 1 .. 40;
	my $block = "*9\r\n" . join '', map { "\$131072\r\n" . ('a' x 131072) . "\r\n" } 1 .. 8;
	my %at;
	for my $round (1 .. 200) {
		for my $c (@half) {
			my $n = syswrite $c, $block, 65536, $at{$c} // 0 if ($at{$c} // 0) < length $block;
			$at{$c} += $n if $n;
		}
	}
	ok Wonted::Place::wait_for(sub { ($s->metric('serve_closed_total{why="memory"}') // 0) > 0 }, 10), 'more than serve_memory is not kept';
	is try('PING'), 'PONG', '... and others are answered';
	close $_ for @half;
	# answers that nobody reads
	my @slow = map { my $c = raw(); $c->blocking(0); syswrite $c, words('MGET', map { key($_ % 1999) } 1 .. 4000) x 40; $c } 1 .. 40;
	sleep 1;
	is try('PING'), 'PONG', 'who does not read his answers holds up nobody';
	close $_ for @slow;
	# more than may be
	my @many = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $s->port, Timeout => 5) } 1 .. 1000;
	ok Wonted::Place::wait_for(sub { ($s->metric('serve_rejected_total') // 0) >= 600 }, 20), 'connections over the bound are closed'
	    or diag $s->metric('serve_rejected_total');
	my ($first) = grep { $_ } reverse @many;
	like rest_of($first), qr/^-ERR max number of clients reached|^$/, '... and told so';
	close $_ for grep { $_ } @many;
	ok Wonted::Place::wait_for(sub { (eval { try('PING') } // '') eq 'PONG' }, 10), 'then there is room again';
	like try('MGET', (map { key($_ % 1999) } 1 .. 15000)), qr/^-ERR the values have more than/, 'an answer has a bound';
	is ref try('MGET', (map { key($_ % 1999) } 1 .. 3000)), 'ARRAY', '... below which all comes';
	my $grown = $rss->() - $before;
	cmp_ok $grown, '<', 120_000, "memory stays bounded (grew by $grown kB)";
	ok kill(0, $s->{pid}), 'it lives';
};

subtest 'supervision' => sub {
	is $s->metric('ready'), 1, '/metrics: ready';
	is $s->metric('serve_keys'), 2002, '... keys';
	is $s->metric('serve_stale'), 0, '... not stale';
	cmp_ok $s->metric('serve_commands_total{command="get"}'), '>', 3000, '... commands';
	cmp_ok $s->metric('pool_workers{pool="serve"}'), '==', 4, '... workers';
};

is $place->stop(delete $s->{pid}), 1, 'it ends when it is told';
like $s->log, qr/wonted-store ends/, '... and says so';

subtest 'a password' => sub {
	my $p = Wonted::Store->new($place, name => 'locked', data => $data, password => 'secret')->start;
	my $c = raw($p->port);
	my $say = sub { print $c words(@_); my $r = Wonted::Redis::answer($c); return ref $r ? "-$$r" : $r };
	like $say->('GET', 'a'), qr/^-NOAUTH/, 'nothing without it';
	like $say->('SET', 'a', 'b'), qr/^-NOAUTH/, '... not even what would be refused';
	like $say->('HELLO', 2), qr/^-NOAUTH HELLO/, 'HELLO wants it, too';
	like $say->('AUTH', $_), qr/^-WRONGPASS/, "not $_" for 'secre', 'secret2', 'SECRET', '';
	like $say->('AUTH', 'root', 'secret'), qr/^-WRONGPASS/, 'no other user';
	is $say->('AUTH', 'secret'), 'OK', 'AUTH';
	is $say->('AUTH', 'default', 'secret'), 'OK', 'AUTH with the user';
	is $say->('GET', 'a'), undef, 'then it is answered';
	$c = raw($p->port);
	print $c words('HELLO', 2, 'AUTH', 'default', 'secret', 'SETNAME', 'me'), words('CLIENT', 'GETNAME'), words('QUIT');
	like rest_of($c), qr/\$2\r\nme\r\n\+OK\r\n\z/, 'HELLO 2 AUTH SETNAME';
	$c = raw($p->port);
	print $c words('AUTH', 'wrong') for 1 .. 20;
	is scalar(() = rest_of($c) =~ /WRONGPASS/g), 10, 'ten wrong ones end the connection';
	$c = raw($p->port);
	print $c "*1\r\n\$100000\r\n";
	like rest_of($c), qr/invalid bulk length/, 'strangers may not say much';
	my $reader = Wonted::Redis::Reader->new($place, 'redis://' . $p->address . "?password_file=$p->{dir}/password");
	$reader->tell('known', 2000);
	my $n = $reader->count('batch', 5000, 100);
	is "$n->{whole} $n->{lost} $n->{wrong}", '1 0 0', 'our own client logs in';
	$reader->quit;
	is $place->stop(delete $p->{pid}), 1, 'ends';
};

subtest 'an overlay of changes' => sub {
	my $url = "overlay:lmdb-snapshot:$data|lmdb:" . $place->path('changes');
	my $o = Wonted::Store->new($place, name => 'overlay', data => $url, set => { serve_store => qq("$url") })->start;
	is $o->do('GET', 'W|later'), undef, 'nothing was changed yet';
	my $writer = Wonted::Redis::Reader->new($place, $url);
	$writer->tell('merge') =~ /^wrote/ or die;
	$writer->tell('ends', 500);
	like $o->do('GET', 'W|one'), qr/\A\0\0\0\0xx\z/, 'what another process merges with the snapshot is seen at once';
	my $ttl = $o->do('TTL', 'W|ends');
	ok $ttl > 400 && $ttl <= 500, '... and its lifetime' or diag $ttl;
	is_deeply $o->do('SCAN', 0, 'MATCH', 'W|*', 'COUNT', 100), [0, ['W|ends', 'W|one']], '... and SCAN has each key once';
	$writer->quit;
	my $next = $place->path('next.mdb');
	my $made = Wonted::Store->tool($place, qw(store build), $next, '--from', $url);
	like $made, qr/2002 records/, 'a snapshot is built of both';
	like Wonted::Place::read_file("$next.manifest"), qr/^applied [0-9a-f]{16} 2$/m, '... which knows the changes that it contains';
	is $place->stop(delete $o->{pid}), 1, 'ends';
};

subtest 'what keeps it from starting' => sub {
	my $bad = Wonted::Store->new($place, name => 'bad', data => $data);
	my $why = sub {
		$bad->configure(@_);
		my $said = qx('@{[ Wonted::Store::program() ]}' --check -c '$bad->{conf}' 2>&1);
		return $? == 0 ? "good: $said" : $said;
	};
	like $why->(), qr/good: .*2002 keys, sound/s, '--check: all is well';
	like $why->(serve_socket => '"inet:6380@0.0.0.0"'), qr/serve_password_file/, 'open to all without a password';
	like $why->(serve_nodes => '"0-16382 127.0.0.1:1"', serve_node => '"127.0.0.1:1"'), qr/slot 16383/, 'slots of nobody';
	like $why->(serve_nodes => '"0-16383 127.0.0.1:1"', serve_node => '"127.0.0.1:2"'), qr/serve_node "127.0.0.1:2"/, 'it is none of the nodes';
	like $why->(serve_password_file => '"/nonexistent"'), qr{/nonexistent}, 'no password';
	$bad->{data} = 'redis://127.0.0.1';
	like $why->(serve_store => '"redis://127.0.0.1:1"'), qr/serve_store .*wonted store build/, 'what can not be served';
};
done_testing;
