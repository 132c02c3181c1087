#!/usr/bin/perl
# Our own engine under those who mean it ill: packets that never end, lengths that nothing has, silence, more
# connections than there may be. What is good is served meanwhile; what is not is closed, counted and said.
use strict; use warnings;
use lib 't/lib';
use IO::Socket::INET;
use IO::Socket::IP;
use IO::Socket::UNIX;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $zone = "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n";
my $rules = "rule says_prize\n    reason  \"It speaks of a prize\"\n    when    subject contains \"prize\"\n    threat  +12\n";
my $message = "From: Bob <bob\@example.net>\nTo: ann\@example.org\nSubject: hello\n\nHello.\n";
my $n = 0;

sub daemon {
	my (%set) = @_;
	return Wonted::Daemon->new(Wonted::Place->new, zone => $zone, rules => $rules, set => { milter_engine => 'wonted', %set });
}

# starts one whose socket is not the usual one
sub start {
	my ($d, @before) = @_;
	$d->{pid} = $d->{place}->start('wonted/log', @before, Wonted::Daemon::build_dir() . '/wonted-milter', '-c', $d->{conf}, '-f');
	Wonted::Place::wait_for(sub { Wonted::Place::gone($d->{pid}) || -S "$d->{dir}/control" }) or die $d->log;
	return $d;
}

sub milter { my ($d, %o) = @_; return Wonted::Milter->new(socket => $d->socket, timeout => 30, %o) }

sub sent {
	my ($m, %o) = @_;
	return eval { $m->send(from => 'bob@example.net', to => ['ann@example.org'], message => $message, id => '4Xhost' . ++$n, %o)->reply } // "none: $@";
}

sub served { my ($d, $why) = @_; my $m = milter($d); is(sent($m), 'continue', $why); $m->quit }
sub metric { my ($d, $name) = @_; my ($status, $text) = $d->run('status'); return $text =~ /^$name\s+(\d+)$/m ? $1 : "no $name" }

sub raw { my ($d, $bytes) = @_; my $s = IO::Socket::UNIX->new(Peer => "$d->{dir}/sock") or die $!; syswrite $s, $bytes if length $bytes; return $s }

# true when the other side closes it
sub closed {
	my ($s, $seconds) = @_;
	return Wonted::Place::wait_for(sub {
		my $bits = '';
		vec($bits, fileno $s, 1) = 1;
		return select($bits, undef, undef, 0) && !sysread $s, my $byte, 4096;
	}, $seconds);
}

my $offer = pack 'NANNN', 13, 'O', 6, 0x1ff, 0x1fffff;

subtest 'packets that never end' => sub {
	my $d = daemon(milter_packet_timeout => '300ms')->start;
	my @never = map { raw($d, $_) } "\0", "\0\0", substr($offer, 0, 9), $offer . pack('NA', 1000, 'M'), $offer . pack('NAa*', 1048577, 'B', 'x' x 70000);
	my $slow = fork // die;
	if (!$slow) {
		local $SIG{PIPE} = 'IGNORE';
		my $s = raw($d, $offer . pack('NA', 60000, 'L'));
		my $k = 0;
		while (syswrite $s, 'x' and $k++ < 1000) { select undef, undef, undef, 0.02 }
		POSIX::_exit($k < 1000 ? 0 : 1);
	}
	served($d, 'others are served meanwhile');
	ok(closed($_), 'closed') for @never;
	waitpid $slow, 0;
	is($?, 0, 'as is one that comes byte by byte');
	cmp_ok(metric($d, 'connections_timed_out'), '>=', 6, 'counted');
	like($d->log, qr/did not end what it began to say \(milter_packet_timeout\)/, 'and said');
	my $m = milter($d);
	sent($m);
	select undef, undef, undef, 0.8;
	is(sent($m), 'continue', 'a pause between packets is no harm');
	$m->quit;
	ok($d->stop, 'stopped');
};

subtest 'nonsense' => sub {
	my $d = daemon()->start;
	my @bytes = (pack('N', 0), pack('N', 0xffffffff), pack('NA', 0x80000001, 'M'), $offer . pack('NA', 1048578, 'B'), $offer . pack('N', 1 << 27), $offer . $offer, $offer . pack('NA', 1, '!'),
		pack('NA', 1, 'M'), $offer . pack('NA', 1, 'E'), $offer . pack('NAa*', 4, 'M', '<a>'), 'GET / HTTP/1.0' . "\r\n\r\n", "EHLO x\r\n",
		pack('NANNN', 13, 'O', 1, 0x1ff, 0), pack('NANNN', 13, 'O', 6, 0, 0), pack('NA', 1, 'O'));
	ok(closed(raw($d, $_)), 'closed: ' . substr unpack('H*', $_), -40) for @bytes;
	is(metric($d, 'connections_malformed'), scalar @bytes, 'all are counted');
	like($d->log, qr/a connection of the MTA was ended: $_/, "said: $_") for 'a packet of a length that none can have', 'a command out of order',
		'a command that the protocol does not have', 'a MAIL that does not end', "the MTA's offer is too short";
	# macros without number or end
	my $many = join '', map { "{m$_}\0v\0" } 1 .. 60_000;
	my $m = milter($d)->open;
	$m->put('D', "M$many") for 1 .. 20;
	$m->put('D', "R{rcpt_addr}\0" . 'x' x 900_000 . "\0");
	is(sent($m, to => ['ann@example.org']), 'continue', 'more macros than anybody has');
	$m->quit;
	srand 7;
	for (1 .. 300) {
		my $packets = $offer . join '', map { my $data = join '', map { chr int rand 256 } 1 .. rand 30; pack 'NAa*', 1 + length $data, substr('ABCDEHKLMNOQRTU', rand 15, 1), $data } 1 .. 20;
		substr $packets, rand length $packets, 1, chr int rand 256 if rand() < .3;
		local $SIG{PIPE} = 'IGNORE';
		raw($d, $packets);
	}
	served($d, 'after all that');
	ok(Wonted::Place::wait_for(sub { metric($d, 'sessions_now') == 0 }), 'no session is left over');
	ok($d->stop, 'stopped');
	unlike($d->log, qr/Sanitizer|assertion/, 'clean');
};

# No MTA has to send such a field, but one of whose limits the admin took away would let the message pass
# if we hung up on it. What is judged is all the same, and nothing is held of which a part would be lost.
subtest 'fields longer than a packet' => sub {
	for my $engine (qw(wonted libmilter)) {
		my $d = daemon(milter_engine => $engine)->start;
		for my $row (['To', 'ann@example.org, ' x 100_000], ['References', '<1@example.net> ' x 300_000], ['X-Long', 'x' x 1_200_000], ['x' x 1_200_000, 'x'], ['X-Long', "x\n " x 700_000]) {
			my ($name, $value) = @$row;
			my $m = milter($d);
			my $r = eval {
				$m->open;
				$m->hello;
				$m->mail('<bob@example.net>');
				$m->rcpt('<ann@example.org>');
				$m->{macros}{i} = '4Xlong' . ++$n;
				$m->data;
				$m->header('From', ' Bob <bob@example.net>');
				$m->header('Subject', ' you won a prize');
				$m->header('Authentication-Results', " (" . 'x' x 1_100_000 . ') mx.example.org; dmarc=pass') if $name eq 'X-Long';
				$m->header($name, " $value");
				$m->eoh;
				$m->body("Hello.\r\n");
				$m->eom;
			};
			my $what = "$engine, " . length("$name$value") . ' bytes of ' . substr $name, 0, 10;
			ok($r, "$what: there is an answer") or diag $@;
			$m->quit;
			next unless $r;
			my ($verdict) = $r->added('X-Wonted-Verdict');
			$engine eq 'wonted' ? is($verdict, 'malicious', "$what: judged") : ok($verdict || $r->reply ne 'continue', "$what: judged");
			is(scalar(grep { $_->{do} eq 'change_header' && $_->{name} eq 'Authentication-Results' } $r->edits), 1, "$what: results too long are not kept") if $name eq 'X-Long' && $verdict;
		}
		my ($status, $list) = $d->run('quarantine', 'list');
		like($list, qr/\Anothing is held/, "$engine: nothing is held of which a part is lost") if $engine eq 'wonted';
		unlike($d->log, qr/was ended|Sanitizer/, "$engine: no connection was ended");
		$d->stop;
	}
};

subtest 'silence' => sub {
	my $d = daemon(milter_idle_timeout => '1s')->start;
	my $s = raw($d, '');
	my $m = milter($d)->open;
	ok(closed($s), 'of one that says nothing at all');
	ok(closed($m->{fh}), 'and of one that has begun');
	served($d, 'the next is served');
	is(metric($d, 'connections_timed_out'), 2, 'counted');
	ok($d->stop, 'stopped');
};

subtest 'more connections than there may be' => sub {
	my $d = daemon(max_connections => 10)->start;
	# the control of this test itself has left
	Wonted::Place::wait_for(sub { my $m = eval { milter($d)->open } or return 0; $m->quit; 1 });
	my @open = map { milter($d)->open } 1 .. 10;
	ok(closed(raw($d, '')), 'closed at once') for 1 .. 3;
	is(sent($open[0]), 'continue', 'those that are open are served');
	cmp_ok(metric($d, 'connections_refused'), '>=', 3, 'counted');
	like($d->log, qr/a connection of the MTA is refused: there are max_connections of them/, 'and said');
	(shift @open)->quit;
	ok(Wonted::Place::wait_for(sub { my $m = milter($d); my $good = sent($m) eq 'continue'; $m->quit; $good }), 'one goes, another comes');
	ok($d->stop(seconds => 5), 'a stop does not wait for silent ones');
	ok(closed($_->{fh}), 'which are closed') for $open[0];
	ok(!-e "$d->{dir}/sock", 'and the socket is removed');
};

# Their stacks and buffers. With a sanitizer it says nothing
subtest '500 idle connections' => sub {
	my $more = Wonted::Daemon::build_dir() =~ /san/ ? 100 : 1; # a sanitizer has memory of its own
	my $d = daemon(milter_packet_timeout => '5s')->start; # longer than all of them send
	my $kb = sub { Wonted::Place::read_file("/proc/$d->{pid}/status") =~ /^RssAnon:\s+(\d+)/m; $1 };
	served($d, 'warm') for 1 .. 20;
	my $before = $kb->();
	my @idle = map { my $m = milter($d)->open; $m->hello; $m } 1 .. 500;
	ok(Wonted::Place::wait_for(sub { metric($d, 'sessions_now') == 500 }), 'are open');
	my $fresh = $kb->() - $before;
	cmp_ok($fresh, '<=', 20_000 * $more, "cost $fresh KB");
	my $used = grep { sent($_) eq 'continue' } @idle;
	is($used, 500, 'each may send');
	my $busy = $kb->() - $before;
	ok(Wonted::Place::wait_for(sub { ($used = $kb->() - $before) <= 40_000 * $more }, 60), 'after a message each they keep little')
	    or diag "$fresh KB, $busy KB after a message each, $used KB";
	ok(Wonted::Place::wait_for(sub { $more > 1 || ($used = $kb->() - $before) < $busy - 2_000 }, 60), 'and give back when they rest');
	note "500 connections: $fresh KB, $busy KB after a message each, $used KB when they rest";
	my $threads = Wonted::Place::read_file("/proc/$d->{pid}/status") =~ /^Threads:\s+(\d+)/m ? $1 : 0;
	cmp_ok($threads, '<', 530, "$threads threads");
	is(sent($_), 'continue', 'and they are still there') for @idle[0, 499];
	$_->quit for @idle;
	ok($d->stop, 'stopped');
};

subtest 'sockets' => sub {
	my ($port) = Wonted::Place::free_ports(1);
	for my $at ("inet:$port\@127.0.0.1", "inet:$port\@localhost", "inet6:$port\@::1") {
		my $d = start(daemon(socket => qq("$at")));
		my $peer = IO::Socket::IP->new(PeerHost => $at =~ /^inet6/ ? '::1' : '127.0.0.1', PeerPort => $port);
		ok($peer, "$at is open") or diag $d->log;
		close $peer if $peer;
		my $m = Wonted::Milter->new(socket => "inet:$port\@127.0.0.1", timeout => 30);
		is(sent($m), 'continue', 'and serves') if $at !~ /^inet6/;
		$m->quit;
		ok($d->stop, 'stopped');
	}
	my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => $port, ReuseAddr => 1) or die $!;
	for (['inet:' . $port . '@127.0.0.1', qr/cannot open it .*does nobody else listen there/], ['inet:25@no-such-host.invalid', qr/the host has no address/]) {
		my $d = start(daemon(socket => qq("$_->[0]")));
		like($d->log, $_->[1], "$_->[0]: said what is wrong");
	}
	my $d = daemon();
	$d->{place}->write('wonted/sock', 'a letter');
	start($d);
	like($d->log, qr/a file of that name is there, which is no socket/, 'a file in the way');
	is(Wonted::Place::read_file("$d->{dir}/sock"), 'a letter', 'is not removed');
};

# as systemd does it: descriptor 3, and who it is for
my $hand_over = <<'END';
use IO::Socket::UNIX; use POSIX;
my ($path, $n) = splice @ARGV, 0, 2;
my $s = IO::Socket::UNIX->new(Local => $path, Listen => 5) or die $!;
POSIX::dup2(fileno $s, 3) if fileno $s != 3;
$^F = 3; fcntl STDIN, 0, 0;
open my $three, '<&=', 3; fcntl $three, 2, 0;
@ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, $n);
exec @ARGV;
END

subtest 'a socket from the service manager' => sub {
	my $d = daemon();
	start($d, $^X, '-e', $hand_over, "$d->{dir}/handed", 1);
	my $m = Wonted::Milter->new(socket => "unix:$d->{dir}/handed", timeout => 30);
	is(sent($m), 'continue', 'is served');
	ok(!-e "$d->{dir}/sock", 'and no other');
	ok($d->stop, 'stopped');
	ok(-S "$d->{dir}/handed", 'it stays, for the next start');
	$m->quit;
	$d = start(daemon(), $^X, '-e', $hand_over, "$d->{dir}/two", 2);
	like($d->log, qr/must hand over exactly one socket/, 'two are refused');
	$d = start(daemon(milter_engine => 'libmilter'), $^X, '-e', $hand_over, "$d->{dir}/old", 1);
	like($d->log, qr/milter_engine = libmilter cannot take/, 'libmilter cannot take one');
};
done_testing;
