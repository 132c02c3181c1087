#!/usr/bin/perl
# The daemon as its manager and its MTA see it: start, check, reload, status, odd conversations,
# a stop that lets messages end.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use IO::Socket::UNIX;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $zone = $place->write('zone', <<'END');
shopfair.example. TXT "v=spf1 ip4:192.0.2.10 -all"
_dmarc.shopfair.example. TXT "v=DMARC1; p=reject"
slow.example. TXT "v=spf1 -all"
slow.example. DELAY 1500
silent.example. SERVFAIL
END
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone") });
my $message = "From: bob\@shopfair.example\nTo: ann\@example.org\nSubject: hello\nMessage-ID: <m1\@shopfair.example>\n\nHello.\n";

sub one {
	my (%o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, %{ $o{milter} // {} });
	my $r = $m->send(from => $o{from} // 'bob@shopfair.example', to => $o{to} // ['ann@example.org'],
		message => $o{message} // $message, id => $o{id} // '4Xdaemon');
	$m->quit;
	return $r;
}

my $build = Wonted::Daemon::build_dir();
my $said = `$build/wonted-milter -n -c $d->{conf} 2>&1`;
is($?, 0, 'the configuration is good') or diag $said;
$d->start;

subtest 'a message' => sub {
	my $r = one();
	is($r->reply, 'continue', 'passes');
	like(($r->added('Authentication-Results'))[0] // '', qr/mx\.example\.org;.*spf=pass/s, 'authenticated');
	like($d->log, qr/^wonted-milter: 4Xdaemon: verdict=wanted action=pass rcpts=1 from=<bob\@shopfair.example>/m, 'one line, queue id first');
	my ($status, $story) = $d->run('explain', '4Xdaemon');
	is($status, 0, 'explained');
	like($story, qr/wanted: threat/, 'with its verdict');
	unlike($r->message, qr/^X-Wonted-Degraded/m, 'with all facts');
};

subtest 'odd mail' => sub {
	my %odd = (
		'no header at all' => "\nbody\n",
		'nothing' => "\n",
		'no From' => "To: x\n\nbody\n",
		'NUL and 8 bit' => "From: a\@b\nSubject: \xff\xfe\n\n\0\0\xff\n",
		'many headers' => join('', map { "X-H$_: v\n" } 1 .. 3000) . "\nbody\n",
		'a long line' => 'Subject: ' . 'x' x 60000 . "\n\nbody\n",
		'open MIME' => "Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x\nContent-Type: multipart/mixed; boundary=x\n\n--x\n",
		'body of 3 MB' => "From: a\@b.example\n\n" . ("x" x 70 . "\n") x 45000,
	);
	for my $name (sort keys %odd) {
		my $r = one(message => $odd{$name});
		is($r->reply, 'continue', $name);
	}
	is(one(from => '')->reply, 'continue', 'null sender');
	is(one(to => [map { "u$_\@example.org" } 1 .. 500])->reply, 'continue', '500 recipients');
	is(one(to => ["\xc3\xbc\@example.org", 'postmaster', '"a b"@example.org'])->reply, 'continue', 'odd recipients');
	is(one(milter => { client => { addr => '2001:db8::1' } })->reply, 'continue', 'IPv6');
	is(one(milter => { protocol => 0 })->reply, 'continue', 'an MTA that grants nothing');
	is(one(milter => { chunk => 1 }, message => "From: a\@b.example\n\nabc\n")->reply, 'continue', 'a body byte by byte');
};

subtest 'our own mail' => sub {
	my $r = one(milter => { macros => { auth_authen => 'bob' } });
	is($r->reply, 'continue', 'passes');
	is(scalar $r->edits, 0, 'unchanged');
	like($d->log, qr/verdict=internal/, 'and is seen');
};

subtest 'reload' => sub {
	my ($status, $text) = $d->run('reload');
	is($status, 0, 'done') or diag $text;
	$d->configure(more => "tenant \"example\" {\n\tdomains = {\"example.org\"}\n\tdomain = \"x\"\n}\n");
	($status, $text) = $d->run('reload');
	is($status, 1, 'a mistake is refused');
	like($text, qr/wonted\.conf:\d+: /, 'with file and line');
	like($text, qr/did you mean "domains"/, 'and a suggestion');
	is(one(id => '4Xafter')->reply, 'continue', 'the old configuration stays in force');
	$d->configure(more => "tenant \"example\" {\n\tdomains = {\"example.org\"}\n}\n");
	kill 'HUP', $d->{pid};
	ok(Wonted::Place::wait_for(sub { $d->log =~ /reloaded: \d+ rule.*reloaded: \d+ rule/s }), 'HUP reloads');
	kill 'USR1', $d->{pid};
	ok(Wonted::Place::wait_for(sub { () = $d->log =~ /(reloaded: )/g; @{[ $d->log =~ /reloaded: /g ]} >= 3 }), 'USR1 reloads');
	($status, $text) = $d->run('status');
	like($text, qr/^reload_failures\s+1$/m, 'status counts');
	like($text, qr/^dns_unanswered\s+0$/m, 'DNS answered all');
	one(id => '4Xsilent', from => 'bob@silent.example');
	($status, $text) = $d->run('status');
	like($text, qr/^dns_unanswered\s+1$/m, 'and did not answer');
};

subtest 'control socket' => sub {
	my $c = IO::Socket::UNIX->new(Peer => "$d->{dir}/control");
	print $c 'x' x 5000;
	$c->flush;
	local $SIG{PIPE} = 'IGNORE';
	shutdown $c, 1;
	my $answer = <$c> // '';
	like($answer, qr/^error: |^$/, 'nonsense is refused');
	my ($status) = $d->run('status');
	is($status, 0, 'and it answers the next');
};

subtest 'a second daemon' => sub {
	my $text = `$build/wonted-milter -f -c $d->{conf} 2>&1`;
	isnt($?, 0, 'does not start');
	like($text, qr/another process serves it/, 'and says why');
	is(one(id => '4Xstill')->reply, 'continue', 'the first goes on');
};

subtest 'stop' => sub {
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $pid = fork;
	if (!$pid) {
		my $r = eval { $m->send(from => 'x@slow.example', to => ['ann@example.org'], message => $message, id => '4Xlast') };
		POSIX::_exit($r && $r->reply eq 'continue' ? 0 : 1);
	}
	Wonted::Place::wait_for(sub { ($d->run('status'))[1] =~ /^sessions_now +[1-9]/m });
	select undef, undef, undef, 0.3;    # until the message waits for its DNS answer
	ok($d->stop, 'ends by itself');
	waitpid $pid, 0;
	is($?, 0, 'after the message that was at its end');
	like($d->log, qr/4Xlast: verdict=/, 'which was recorded');
};

subtest 'a stale socket' => sub {
	$d->start;
	kill 'KILL', $d->{pid};
	Wonted::Place::wait_for(sub { Wonted::Place::gone($d->{pid}) });
	ok(-e "$d->{dir}/sock", 'is left by a crash');
	$d->start;
	is(one(id => '4Xagain')->reply, 'continue', 'and does not keep the next one from starting');
	ok($d->stop, 'stopped');
};
done_testing;
