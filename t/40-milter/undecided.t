#!/usr/bin/perl
# What cannot be decided through our own trouble is not called wanted: a store that does not
# answer, a DNS resolver that answers nobody. What only the sender's domain does not answer
# is his own doing, and points that were reached decide in any case.
use strict; use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $rules_text = <<'END';
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +12

rule stranger
    reason  "Nobody here knows {from.address}"
    when    sender.first_contact and not spf.pass
    spam    +1

rule only_watched
    reason  "Watched"
    when    sender.known
    spam    +1
    observe
END
my $tenant = "tenant \"example\" {\n\tdomains = {\"example.org\"}\n}\n";
my $silent = IO::Socket::INET->new(Listen => 50, LocalAddr => '127.0.0.1') or die;
my $silent_store = '"redis://127.0.0.1:' . $silent->sockport . '/0"';

sub daemon { return Wonted::Daemon->new(Wonted::Place->new, rules => $rules_text, @_)->start }

my $n = 0;
sub one {
	my ($d, %o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 20, client => { addr => '192.0.2.10', name => 'unknown' });
	my $domain = $o{from} // 'example.net';
	my $r = $m->send(from => "bob\@$domain", to => $o{to} // ['ann@example.org'], id => '4Xu' . ++$n,
		message => "From: bob\@$domain\nSubject: " . ($o{subject} // 'hello') . "\n\nHello.\n");
	$m->quit;
	$r->{id} = "4Xu$n";
	return $r;
}

# is_undecided - header, log, journal and status say it, and what was missing
sub is_undecided {
	my ($d, $r, $missing, $why) = @_;
	is($r->added('X-Wonted-Verdict'), 'undecided', "$why: header");
	like($r->added('X-Wonted-Degraded'), $missing, "$why: what was missing");
	like($d->log, qr/$r->{id}: verdict=undecided .*missing="[^"]*$missing/, "$why: log");
	my ($status, $text) = $d->run('explain', $r->{id});
	like($text, qr/^missing +.*$missing/m, "$why: journal");
	like($text, qr/^  undecided: /m, "$why: explained");
	like(($d->run('status'))[1], qr/^verdict_undecided +[1-9]/m, "$why: status");
}

subtest 'a store that does not answer' => sub {
	my $d = daemon(zone => "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n", set => { store => $silent_store });
	my $r = one($d);
	is($r->reply, 'continue', 'it passes');
	is($r->added('X-Wonted-Action'), 'pass', 'as on_undecided says where nothing is said');
	is_undecided($d, $r, qr/the store did not answer/, 'by default');
	is(one($d, subject => 'a prize')->reply, 'discard', 'points that were reached decide');
	$d->configure(more => $tenant . "policy \"default\" {\n\ton_undecided = banner\n}\npolicy \"j\" {\n\trecipients = \"jo\@example.org\"\n\ton_undecided = junk\n}\npolicy \"d\" {\n\trecipients = \"di\@example.org\"\n\ton_undecided = defer\n}\n");
	is(($d->run('reload'))[0], 0, 'other actions');
	$r = one($d);
	is($r->added('X-Wonted-Action'), 'banner', 'a banner');
	like($r->message, qr/could not be fully checked/, 'says it in words');
	$r = one($d, to => ['jo@example.org']);
	is($r->added('X-Wonted-Action'), 'junk', 'junk');
	is($r->added('X-Spam-Flag'), 'YES', 'filed');
	$r = one($d, to => ['di@example.org']);
	like($r->reply . ' ' . ($r->text // ''), qr/451 4\.7\.1/, 'deferred');
	$d->configure(set => { store => "\"lmdb:$d->{dir}/store\"" });
	is(($d->run('reload'))[0], 0, 'another store');
	$r = one($d, to => ['di@example.org']);
	is($r->added('X-Wonted-Verdict'), 'wanted', 'that answers');
	is(scalar $r->added('X-Wonted-Degraded'), undef, 'nothing is missing');
	$d->configure(more => $tenant . "policy \"default\" {\n\ton_undecided = quarantine\n}\n");
	my ($status, $said) = $d->run('reload');
	isnt($status, 0, 'what is not decided is not held');
	like($said, qr/on_undecided.*pass, banner, junk/s, 'and the words that are allowed are said');
	ok($d->stop, 'stopped');
};

subtest 'rules that ask for nothing' => sub {
	my $d = Wonted::Daemon->new(Wonted::Place->new, zone => '', set => { store => $silent_store }, rules => <<'END')->start;
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +12

rule only_watched
    reason  "Watched"
    when    sender.known
    spam    +1
    observe
END
	my $r = one($d);
	is($r->added('X-Wonted-Verdict'), 'wanted', 'miss nothing');
	is($r->added('X-Wonted-Degraded'), 'the store did not answer', 'though it is told');
	ok($d->stop, 'stopped');
};

# A server on loopback: no word about names with "dead", SERVFAIL about "broken", and that
# there is nothing about all others; a word on the pipe silences it for good.
sub dns_server {
	my ($place) = @_;
	my $udp = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1') or die;
	my $port = $udp->sockport;
	my $pid = fork // die;
	if (!$pid) {
		my $silent = 0;
		local $SIG{USR1} = sub { $silent = 1 };
		local $SIG{USR2} = sub { $silent = 0 };
		while (1) {
			my $from = recv($udp, my $q, 4096, 0);
			next if !defined $from || $silent || $q =~ /dead/;
			my $end = 12;
			$end += 1 + ord substr $q, $end, 1 while ord substr $q, $end, 1;
			send $udp, substr($q, 0, 2) . pack('nnnnn', 0x8180 | ($q =~ /broken/ ? 2 : 0), 1, 0, 0, 0) . substr($q, 12, $end + 5 - 12), 0, $from;
		}
	}
	$place->adopt($pid);
	return ($port, $pid);
}

subtest 'a resolver that answers nobody' => sub {
	my $place = Wonted::Place->new;
	my ($port, $pid) = dns_server($place);
	my $d = daemon(set => { dns_servers => qq("127.0.0.1\@$port"), dns_timeout => '400ms', baseline_age => '0s' });
	my $status = sub { (($d->run('status'))[1] =~ /^dns_resolver +(.*)$/m)[0] };
	is(one($d)->added('X-Wonted-Verdict'), 'wanted', 'while it answers');
	is($status->(), 'answers', 'status says so');
	for my $domain (qw(dead.example broken.example)) {
		my $r = one($d, from => $domain);
		like($r->added('Authentication-Results'), qr/spf=temperror/, "$domain alone does not answer");
		is($r->added('X-Wonted-Verdict'), 'wanted', 'and does not make itself undecided');
	}
	unlike($d->log, qr/answers nobody/, 'nobody is blamed');
	kill USR1 => $pid;
	my $r = one($d, from => 'example.com');
	is_undecided($d, $r, qr/the DNS resolver answers nobody/, 'all are silent');
	like($d->log, qr/the DNS resolver \(dns_servers 127\.0\.0\.1\@$port\) answers nobody: .*see that it runs/, 'the log says what to do');
	is($status->(), 'silent', 'status, too');
	like(($d->run('status'))[1], qr/^dns_resolver_silent_for +[1-9]\d* s$/m, 'for how long');
	like(($d->run('status'))[1], qr/^dns_resolver_silent +1$/m, 'counted');
	is(one($d, from => 'example.edu', subject => 'a prize')->reply, 'discard', 'points that were reached decide');
	kill USR2 => $pid;
	ok(Wonted::Place::wait_for(sub { ($status->() // '') eq 'answers' }), 'it answers again');
	is(one($d, from => 'fresh.example')->added('X-Wonted-Verdict'), 'wanted', 'and mail is decided');
	like($d->log, qr/the DNS resolver answers again/, 'which is told');
	ok($d->stop, 'stopped');
};

subtest 'a pattern over its limits' => sub {
	my $d = Wonted::Daemon->new(Wonted::Place->new, zone => '', rules => <<'END')->start;
rule costly
    reason  "Matches"
    when    subject matches /(a+)+b(a+)+c/
    threat  +12
END
	my $r = one($d, subject => ('a' x 400) . ' bc');
	is_undecided($d, $r, qr/a pattern of a rule ran over its limits/, 'a costly subject');
	is(one($d)->added('X-Wonted-Verdict'), 'wanted', 'others are judged');
	ok($d->stop, 'stopped');
};
done_testing;
