#!/usr/bin/perl
# What only the filter may write never arrives from outside: whichever way a message takes, what came
# with it in our name is removed first, or the message is not taken.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $rules_text = <<'END';
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +12
END
my $zone_text = <<'END';
example.net. TXT "v=spf1 ip4:192.0.2.10 -all"
late.example. TXT "v=spf1 -all"
late.example. DELAY 20000
END
my @forged = (['X-Wonted-Verdict', 'forged'], ['x-wonted-action', 'forged'], ['X-Spam-Flag', 'forged'],
	['Authentication-Results', "mx.example.org;\n\tdmarc=pass header.from=bank.example"]);
my $theirs = "Authentication-Results: other.example; spf=pass\n";

sub daemon {
	my (%o) = @_;
	return Wonted::Daemon->new(Wonted::Place->new, zone => $zone_text, rules => $rules_text, %o)->start;
}

sub one {
	my ($d, %o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 60, macros => $o{macros} // {}, client => $o{client} // {});
	my $domain = $o{from} // 'example.net';
	my $r = $m->send(from => "bob\@$domain", to => $o{to} // ['ann@example.org'], id => $o{id} // '4Xmarked',
		message => ($o{before} // '') . "From: bob\@$domain\n" . $theirs . join('', map { "$_->[0]: $_->[1]\n" } @forged)
		    . 'Subject: ' . ($o{subject} // 'hello') . "\n\n" . ($o{body} // "Hello.\n"));
	$m->quit;
	return $r;
}

# those of the forged fields that would be delivered
sub left {
	my ($r) = @_;
	return join ' | ', grep { /forged|bank/ } map { lc $_->[0] . ':' . $_->[1] } @{ $r->new_headers };
}

sub is_clean {
	my ($r, $why) = @_;
	is($r->reply, 'continue', "$why: passes");
	is(left($r), '', "$why: nothing forged is left");
	like($r->message, qr/^Authentication-Results: other\.example/m, "$why: what is not ours stays");
}

subtest 'ways through the filter' => sub {
	my $d = daemon(set => { max_message => '64k' });
	is_clean(one($d), 'a message');
	is_clean(one($d, body => 'x' x 140_000), 'longer than max_message');
	is_clean(one($d, before => join('', map { "X-A$_: " . 'x' x 90 . "\n" } 1 .. 900)), 'header longer than max_message');
	is_clean(one($d, before => "X-A: x\n" x 3000), 'more fields than are read');
	is_clean(one($d, to => [map { "u$_\@example.org" } 1 .. 10003]), 'more recipients than are kept');
	is_clean(one($d, subject => 'prize', to => [map { "u$_\@example.org" } 1 .. 10003]), 'cannot be held');
	my $r = one($d, macros => { auth_authen => 'bob' });
	is(left($r), 'x-spam-flag: forged', 'our own people cannot write our words');
	$r = one($d, client => { addr => '127.0.0.1' });
	is(scalar $r->edits, 0, 'our own hosts can: a hop before us put them there');
	ok($d->stop, 'stopped');
};

subtest 'out of time' => sub {
	my $d = daemon(set => { message_deadline => '500ms', dns_timeout => '499ms' });
	is_clean(one($d, from => 'late.example'), 'out of time');
	ok($d->stop, 'stopped');
};

subtest 'over max_sessions' => sub {
	my $d = daemon(set => { max_sessions => 1 });
	my $only = Wonted::Milter->new(socket => $d->socket)->open;
	$only->hello;
	my $r = one($d);
	is_clean($r, 'over the limit');
	is($r->added('X-Wonted-Degraded'), 'not filtered: too many sessions', 'and it says so');
	is_clean(one($d, before => "X-A: x\n" x 30000), 'with many fields');
	$r = one($d, macros => { auth_authen => 'bob' });
	is(left($r), 'x-spam-flag: forged', 'from our own people');
	is(scalar $r->added('X-Wonted-Degraded'), undef, 'which would not be filtered anyway');
	is(scalar one($d, client => { addr => '127.0.0.1' })->edits, 0, 'from our own hosts');
	like($d->log, qr/4Xmarked: verdict=undecided action=pass .*missing="not filtered: too many sessions"/, 'in the log, too');
	like(($d->run('explain', '4Xmarked'))[1], qr/^missing +not filtered: too many sessions/m, 'and in the journal');
	my $m = Wonted::Milter->new(socket => $d->socket);
	for my $nr (1, 2) {
		$r = $m->send(from => 'bob@example.net', to => ['ann@example.org'], message => "X-Wonted-Id: 1\nSubject: hi\n\nx\n");
		is(scalar(grep { $_->{do} eq 'change_header' } $r->edits), 1, "message $nr of a session");
	}
	$m->quit;
	$only->quit;
	ok($d->stop, 'stopped');
	$d = daemon(set => { max_sessions => 1, mode => 'observe', observe_headers => 'no' });
	$only = Wonted::Milter->new(socket => $d->socket)->open;
	$only->hello;
	is(scalar one($d)->edits, 0, 'where observing changes nothing, this does not either');
	$d->configure(more => "tenant \"example\" {\n\tdomains = {\"example.org\"}\n}\npolicy \"bold\" {\n\trecipients = {\"cy\@example.org\"}\n\tmode = enforce\n}\n");
	is(($d->run('reload'))[0], 0, 'a policy acts');
	is_clean(one($d, to => ['cy@example.org']), 'for whom a policy acts');
	is(scalar one($d)->edits, 0, 'and only then');
	$only->quit;
	ok($d->stop, 'stopped');
};

subtest 'a hold that fails' => sub {
	my $build = Wonted::Daemon::build_dir();
	my $d = daemon(command => sub { ('sh', '-c', 'ulimit -f 300 && exec "$@"', 'sh', "$build/wonted-milter", '-c',
		$_[0] =~ s{^unix:(.*)/sock\z}{$1/wonted.conf}r, '-f') });
	is_clean(one($d, subject => 'prize', body => Wonted::Milter::noise(1_000_000)), 'not held');
	ok($d->stop, 'stopped');
};

subtest 'more than can be removed' => sub {
	my $d = daemon(set => { max_sessions => 1 });
	my $flood = "X-Wonted-Verdict: wanted\n" x 2001;
	my $r = one($d, before => $flood);
	is($r->reply, 'replycode', 'is refused');
	like($r->text, qr/^550 5\.7\.1 .*fields/, 'and told why');
	like($d->log, qr/4Xmarked: verdict=\w+ action=reject/, 'and logged');
	is(one($d, before => $flood, macros => { auth_authen => 'bob' })->reply, 'replycode', 'from our own people, too');
	my $only = Wonted::Milter->new(socket => $d->socket)->open;
	$only->hello;
	is(one($d, before => $flood)->reply, 'replycode', 'over max_sessions');
	$only->quit;
	ok($d->stop, 'stopped');
	$d = daemon(set => { mode => 'observe' });
	is(one($d, before => $flood)->reply, 'continue', 'observing refuses nothing');
	ok($d->stop, 'stopped');
};
done_testing;
