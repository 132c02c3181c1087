#!/usr/bin/perl
# What is known of mailboxes decides what becomes of their mail: groups of a roll-out, a policy by
# name, one that is gone; and a store that does not tell.
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

rule is_odd
    reason  "It is odd"
    when    subject contains "odd"
    threat  +6

rule odd_for_pilots
    reason  "Pilots try this rule"
    when    subject contains "odd" and rcpt.flags is "pilot"
    spam    +8
END
my $sections = <<'END';
tenant "example" {
	domains = "example.org"
	banner_language = it
}
policy "pilots" {
	flags = "pilot"
	mode = enforce
}
policy "quick" {
	mode = enforce
	on_malicious = reject
	on_suspicious = quarantine
}
END
my $mailboxes = <<'END';
address,kind,canonical,locale,policy,flags
ann@example.org,user,,de_AT,,pilot
office@example.org,,ann@example.org,,,
bob@example.org,user,,,quick,
dora@example.org,user,,fr,,pilot
emil@example.org,user,,,,pilot
END

sub daemon {
	my (%o) = @_;
	my $place = Wonted::Place->new;
	my $d = Wonted::Daemon->new($place, zone => "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n", rules => $rules_text,
		more => $sections, set => { mode => 'observe', %{ $o{set} // {} } });
	return $d if $o{bare};
	my ($status, $said) = $d->run('mailbox', 'import', $place->write('mailboxes.csv', $mailboxes));
	is($status, 0, 'mailboxes are known') or diag $said;
	return $d->start;
}

my $n = 0;
sub one {
	my ($d, $subject, @to) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 20);
	my $r = $m->send(from => 'bob@example.net', to => [map { "$_\@example.org" } @to], id => '4Xbox' . ++$n,
		message => "From: bob\@example.net\nSubject: $subject\n\nHello.\n");
	$m->quit;
	return $r;
}

sub taken_off { my ($r) = @_; return join ' ', sort $r->deleted_rcpts }

my $d = daemon();

subtest 'one message, two records, two outcomes' => sub {
	my $r = one($d, 'a prize', 'ann', 'carol');
	is($r->reply, 'continue', 'taken');
	is(taken_off($r), 'ann@example.org', 'held for the pilot');
	is($r->added('X-Wonted-Action'), 'pass (would quarantine)', 'observed for the other');
	$r = one($d, 'a prize', 'bob', 'carol', 'office');
	is(taken_off($r), 'bob@example.org office@example.org', 'held for whom a record names a policy, and for an alias');
	is(one($d, 'a prize', 'bob')->reply, 'replycode', 'rejected for him alone');
	is(taken_off(one($d, 'odd', 'bob', 'ann')), 'bob@example.org', 'the same verdict is one\'s banner and another\'s hold');
};

subtest 'who is observed sees nothing of what pilots get' => sub {
	my $r = one($d, 'odd', 'ann');
	ok(defined $r->new_body, 'a banner for the pilot') or diag $r->message;
	is($r->added('X-Wonted-Action'), 'banner', 'told so');
	$r = one($d, 'odd', 'ann', 'carol');
	ok(!defined $r->new_body, 'none where the message is for an observed one, too');
	is($r->added('X-Wonted-Action'), 'pass (would banner)', 'told so');
	my ($status, $said) = $d->run('explain', "4Xbox$n");
	like($said, qr/a recipient is only observed/, 'and why') or diag $said;
};

subtest 'a banner speaks the language of its readers' => sub {
	like(one($d, 'odd', 'ann')->new_body, qr/^VORSICHT: .*\n- It is odd/m, 'one of them: theirs; the reason as the rule says it');
	like(one($d, 'odd', 'ann', 'office')->new_body, qr/^VORSICHT: /m, 'an alias: the same');
	like(one($d, 'odd', 'dora')->new_body, qr/^ATTENTION : /m, 'another one');
	like(one($d, 'odd', 'ann', 'dora')->new_body, qr/^ATTENZIONE: /m, 'both: that of the organisation');
	like(one($d, 'odd', 'emil')->new_body, qr/^ATTENZIONE: /m, 'none is known: the same');
};

subtest 'rules know flags' => sub {
	one($d, 'odd', 'ann', 'bob');
	my ($status, $said) = $d->run('explain', "4Xbox$n");
	is(scalar(() = $said =~ /odd_for_pilots/g), 1, 'it hits for the pilot only') or diag $said;
};

subtest 'a policy that is gone' => sub {
	$d->configure(more => $sections =~ s/policy "quick"/policy "other"/r);
	is(($d->run('reload'))[0], 0, 'reloaded');
	my $r = one($d, 'a prize', 'bob');
	is($r->added('X-Wonted-Action'), 'pass (would quarantine)', 'the next rule of choice holds');
	like($d->log, qr/the record of bob\@example\.org names policy "quick".*"default" holds instead; add the policy/,
		'it is said, with the remedy');
	one($d, 'a prize', 'bob') for 1 .. 2;
	is(scalar(() = $d->log =~ /names policy/g), 1, 'once');
	my ($status, $said) = $d->run('status');
	like($said, qr/^policy_unknown\s+3\b/m, 'and counted') or diag $said;
};
$d->stop;

subtest 'its address is not said where records may not hold it' => sub {
	my $d = daemon(set => { journal_pii => 'no' });
	$d->configure(more => $sections =~ s/policy "quick"/policy "other"/r);
	is(($d->run('reload'))[0], 0, 'reloaded');
	one($d, 'a prize', 'bob');
	like($d->log, qr/the record of a mailbox names policy "quick"/, 'without it');
	unlike($d->log, qr/the record of bob/, 'indeed');
};

subtest 'a store that does not tell' => sub {
	my $silent = IO::Socket::INET->new(Listen => 50, LocalAddr => '127.0.0.1') or die;
	my $d = daemon(bare => 1, set => { store => '"redis://127.0.0.1:' . $silent->sockport . '/0"' })->start;
	my $r = one($d, 'a prize', 'ann', 'bob');
	is($r->reply, 'continue', 'passes');
	is(taken_off($r), '', 'nothing is held: who is a pilot is not known');
	is($r->added('X-Wonted-Degraded'), 'the store did not answer', 'and it is marked');
	unlike($d->log, qr/names policy/, 'no record is blamed');
};

done_testing;
