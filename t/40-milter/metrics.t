#!/usr/bin/perl
# What supervision sees: /metrics, /healthy and /ready over HTTP, and "wonted status" of the same
# table. The text is read by a parser that takes nothing but what Prometheus takes.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use HTTP::Tiny;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Wonted::Daemon;
use Wonted::Metrics;
use Wonted::Milter;
use Wonted::Place;

my $rules = <<'END';
rule says_prize
	reason "It speaks of a prize"
	when header "Subject" contains "prize"
	threat +10
rule says_hello
	reason "It says hello"
	when header "Subject" contains "hello"
	graymail +1
END
my $place = Wonted::Place->new;
my ($port, $learn_port) = Wonted::Place::free_ports(2);
my $d = Wonted::Daemon->new($place, rules => $rules, zone => qq(shop.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n),
	set => { metrics_socket => qq("inet:$port\@127.0.0.1") })->start;
my $http = HTTP::Tiny->new(timeout => 10);

sub get { my ($path) = @_; return $http->get("http://127.0.0.1:$port$path") }
sub metrics { return Wonted::Metrics::parse(get('/metrics')->{content}) }
sub one {
	my (%o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $r = $m->send(from => 'bob@shop.example', to => $o{to} // ['ann@example.org'], id => $o{id} // '4Xone',
		message => "From: bob\@shop.example\nTo: ann\@example.org\nSubject: $o{subject}\nMessage-ID: <$o{subject}\@shop.example>\n\nHello.\n");
	$m->quit;
	return $r;
}

subtest 'before any mail' => sub {
	my $r = get('/metrics');
	is($r->{status}, 200, 'answered');
	is($r->{headers}{'content-type'}, 'text/plain; version=0.0.4; charset=utf-8', 'as Prometheus wants it');
	my $m = metrics();
	is($m->value('wonted_messages_total'), 0, 'nothing is counted');
	is($m->value('wonted_verdict_total', verdict => $_), 0, "$_ is there already") for qw(wanted graymail undecided spam suspicious malicious);
	is($m->value('wonted_mode_info', mode => 'enforce'), 1, 'the mode');
	is($m->value('wonted_rules'), 2, 'the rules');
	is($m->value('wonted_dns_resolver_info', dns_resolver => 'answers'), 1, 'the resolver');
};

subtest 'mail is counted' => sub {
	one(subject => 'hello') for 1 .. 3;
	is(one(subject => 'prize')->reply, 'discard', 'one is held');
	one(subject => 'hello', to => ['ann@example.org', 'ben@example.org']);
	my $m = metrics();
	is($m->value('wonted_messages_total'), 5, 'messages');
	is($m->value('wonted_recipients_total'), 6, 'recipients');
	is($m->value('wonted_verdict_total', verdict => 'wanted'), 5, 'wanted');
	is($m->value('wonted_verdict_total', verdict => 'malicious'), 1, 'malicious');
	is($m->value('wonted_action_total', action => 'pass'), 5, 'passed');
	is($m->value('wonted_action_total', action => 'quarantine'), 1, 'quarantined');
	is($m->value('wonted_rule_hits_total', rule => 'says_hello'), 4, 'a rule counts once a message');
	is($m->value('wonted_rule_hits_total', rule => 'says_prize'), 1, 'the other rule');
	is($m->value('wonted_spf_total', result => 'pass'), 5, 'SPF');
	is($m->value('wonted_holds_now'), 1, 'a hold is open');
	is($m->value('wonted_decide_seconds_count'), 5, 'latency of the whole');
	is($m->value('wonted_stage_seconds_count', stage => 'rule'), 5, 'and of a stage');
	is($m->value('wonted_store_batch_seconds_count'), 5, 'and of the batch');
	cmp_ok($m->value('wonted_store_keys_total'), '>=', 5, 'its keys');
	is($m->value('wonted_store_keys_unknown_total'), 0, 'all answered');
	cmp_ok($m->value('wonted_dns_questions_total'), '>=', 1, 'DNS');
	cmp_ok($m->value('wonted_memory_resident_bytes'), '>', 1 << 20, 'memory');
	my ($status, $text) = $d->run('status');
	like($text, qr/^verdict_malicious +1$/m, 'status says the same');
	like($text, qr/^decide +5, sum \d+ us, p50 \d+ us, p99 \d+ us/m, 'with latencies');
	like($text, qr/^configuration +\Q${\ $m->text('wonted_configuration_info', 'configuration')}\E$/m, 'and the configuration');
};

subtest 'every line is in both' => sub {
	my $m = metrics();
	my %from = map { s/^wonted_//r =~ s/_(?:total|info)$//r =~ s/_(?:seconds|bytes)$//r => $_ } $m->names;
	my ($status, $text) = $d->run('status');
	my ($milter) = $text =~ /\Awonted-milter [^\n]*\n(.*?)^wonted-learn/ms;
	my @alone = grep { my $line = $_; $line =~ s/_us$// unless $from{$line}; !grep { $line eq $_ || index($line, "${_}_") == 0 } keys %from }
	    map { /^(\S+)/ ? $1 : () } split /\n/, $milter;
	is("@alone", '', 'status has no numbers of its own');
	cmp_ok(scalar(() = $m->names), '>', 50, 'and there are many');
};

subtest 'no address is in it' => sub {
	one(subject => "prize", id => '4Xaddress');
	my $text = get('/metrics')->{content};
	unlike($text, qr/\@|192\.0\.2\.10|shop\.example|example\.org|4Xaddress/, 'none of a message');
};

subtest 'health' => sub {
	is_deeply([@{ get('/healthy') }{qw(status content)}], [200, "healthy\n"], '/healthy');
	is_deeply([@{ get('/ready') }{qw(status content)}], [200, "ready\n"], '/ready');
	is(get($_)->{status}, 404, "$_ is nothing") for qw(/ /metrics/ /../etc/passwd /Metrics);
	my $r = $http->request('POST', "http://127.0.0.1:$port/metrics", { content => 'x' x 100000 });
	is($r->{status}, 405, 'nothing is taken');
	is($r->{headers}{allow}, 'GET, HEAD', 'and it says what is');
	is($http->head("http://127.0.0.1:$port/metrics")->{status}, 200, 'HEAD');
};

subtest 'hostile askers' => sub {
	my @open = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) } 1 .. 40;
	my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
	local $SIG{PIPE} = 'IGNORE';
	syswrite $c, 'G' x 100000 if $c;
	is(one(subject => 'hello')->reply, 'continue', 'mail goes on');
	close $_ for grep { $_ } @open, $c;
	ok(Wonted::Place::wait_for(sub { get('/healthy')->{status} == 200 }), 'and others are answered again');
	$c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
	syswrite $c, "GET /metrics HTTP/1.1\r\nX: " . 'y' x 60000 . "\r\n\r\n";
	like(scalar(<$c>) // '', qr{^$|^HTTP/1\.1 4\d\d }, 'a header that is too long is refused');
};

subtest 'status answers while a reload runs' => sub {
	$place->write('rules/lists/big.txt', join '', map { "host$_.example\n" } 1 .. 200000);
	$place->write('rules/20-big.rules', "list big file \"lists/big.txt\"\n");
	my ($ran, $tries) = (0, 0);
	while (!$ran && $tries++ < 20) {
		my $reload = IO::Socket::UNIX->new(Peer => "$d->{dir}/control");
		print $reload "reload\n";
		$reload->flush;
		# by the socket: to start a program may take longer than to reload
		my $asked = IO::Socket::UNIX->new(Peer => "$d->{dir}/control");
		print $asked "status\n";
		$asked->flush;
		like(join('', <$asked>), qr/^running +\d/m, 'answered');
		my $ready = '';
		vec($ready, fileno $reload, 1) = 1;
		$ran = 1 unless select $ready, undef, undef, 0;
		like(scalar(<$reload>), qr/^reloaded: 2 rules/, 'and the reload took effect');
	}
	ok($ran, 'before the reload had ended');
	is(metrics()->value('wonted_reloads_total'), $tries, 'all are counted');
};

subtest 'many reloads at once' => sub {
	my @asked = map { IO::Socket::UNIX->new(Peer => "$d->{dir}/control") } 1 .. 12;
	for (@asked) { print $_ "reload\n"; $_->flush }
	is(($d->run('status'))[0], 0, 'status is answered');
	my @said = map { scalar <$_> } @asked;
	is(scalar(grep { /^reloaded: |^error: reloads are running/ } @said), 12, 'each has its answer');
};

subtest 'it stops' => sub {
	ok($d->stop, 'by itself');
	is(get('/healthy')->{status}, 599, 'and answers no more');
};

subtest 'a unix socket' => sub {
	my $e = Wonted::Daemon->new(Wonted::Place->new, rules => $rules);
	my $path = "$e->{dir}/metrics";
	$e->configure(set => { metrics_socket => qq("unix:$path") })->start;
	is((stat $path)[2] & 0777, 0666, 'with socket_mode');
	my $c = IO::Socket::UNIX->new(Peer => $path);
	print $c "GET /metrics HTTP/1.0\r\n\r\n";
	$c->flush;
	my $answer = do { local $/; <$c> };
	like($answer, qr{^HTTP/1\.[01] 200 OK\r\n}, 'answered');
	is(Wonted::Metrics::parse($answer =~ s/\A.*?\r\n\r\n//sr)->value('wonted_messages_total'), 0, 'with metrics');
	ok($e->stop, 'stopped');
	ok(!-e $path, 'the socket is gone');
};

subtest 'wonted-learn has the same' => sub {
	my $e = Wonted::Daemon->new(Wonted::Place->new, rules => $rules, set => { baseline_age => '0s' });
	$e->configure(set => { learn_metrics_socket => qq("inet:$learn_port\@127.0.0.1"), learn_every => '100ms' })->start;
	my $m = Wonted::Milter->new(socket => $e->socket);
	$m->send(from => 'ann@example.org', to => ['bob@shop.example'], id => '4Xlearn', message => "From: ann\@example.org\nTo: bob\@shop.example\nSubject: x\n\nHi.\n");
	$m->quit;
	my $pid = $e->{place}->start('learn.log', Wonted::Daemon::build_dir() . '/wonted-learn', '-c', $e->{conf}, '-f');
	my $all;
	ok(Wonted::Place::wait_for(sub {
		my $r = $http->get("http://127.0.0.1:$learn_port/metrics");
		$r->{success} && ($all = Wonted::Metrics::parse($r->{content}))->value('wonted_learn_records_total');
	}), 'it has learned');
	cmp_ok($all->value('wonted_learn_batch_seconds_count'), '>=', 1, 'in a batch');
	cmp_ok($all->value('wonted_learn_behind_seconds'), '<', 60, 'and has read all');
	is($all->value('wonted_ready'), 1, 'ready');
	ok(!defined $all->value('wonted_messages_total'), 'what is of the filter is not there');
	is($http->get("http://127.0.0.1:$learn_port/ready")->{status}, 200, '/ready');
	my ($status, $text) = $e->run('status');
	like($text, qr/^wonted-learn .*^learn_records +1$/ms, 'status has it');
	ok($e->{place}->stop($pid), 'stopped');
	$e->stop;
};

subtest 'only this machine can reach it' => sub {
	for my $bad ('inet:9100@0.0.0.0', 'inet:9100@192.0.2.1', 'inet6:9100@::', 'inet:9100@localhost.example.net') {
		my $e = Wonted::Daemon->new(Wonted::Place->new, set => { metrics_socket => qq("$bad") });
		my ($status, $text) = $e->run('check');
		is($status, 1, "$bad is refused");
		like($text, qr/wonted\.conf:\d+: .*metrics_socket.*could be reached from other machines: write unix:/s, 'with the remedy');
	}
};
done_testing;
