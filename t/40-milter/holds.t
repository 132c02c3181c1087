#!/usr/bin/perl
# Holds as tenants and MTAs meet them: one a tenant, whole before anybody is taken off; one of a message,
# however often the MTA sends it again because it did not hear the answer.
use strict; use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $zone = "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n";
my $rules = <<'END';
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +12
END
my $more = <<'END';
tenant "one" {
	domains = {"one.example"}
}
tenant "two" {
	domains = {"two.example"}
}
policy "free" {
	recipients = {"free@two.example"}
	on_malicious = pass
}
END
my $d = Wonted::Daemon->new($place, zone => $zone, rules => $rules, more => $more);
$d->start;

my $n = 0;
sub mail {
	my (%o) = @_;
	return ($o{received} ? "Received: from client by relay id $o{received}; now\n" : '') . "From: Bob <bob\@example.net>\n"
	    . "X-Wonted-Verdict: forged\nTo: all\@one.example\nSubject: prize $o{nr}\n\nHello.\n";
}

sub one {
	my (%o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30, %{ $o{milter} // {} });
	my $r = $m->send(from => 'bob@example.net', to => $o{to}, message => $o{message} // mail(%o), id => $o{id} // '4Xhold' . ++$n);
	$m->quit;
	return $r;
}

sub ids { my (@more) = @_; my ($status, $list) = $d->run('quarantine', 'list', @more); my @ids = $list =~ /^(\S+)  \d{4}-/mg; return @ids }
sub show { my ($id) = @_; return ($d->run('quarantine', 'show', $id))[1] }
sub files { my @f = glob "$d->{dir}/quarantine/*.e??"; return @f }

subtest 'a hold of its own for each tenant' => sub {
	my $r = one(nr => 1, to => ['ann@one.example', 'bob@two.example', 'cy@one.example', 'free@two.example'], id => '4Xtwo');
	is($r->reply, 'continue', 'one recipient gets it');
	is(join(' ', sort $r->deleted_rcpts), 'ann@one.example bob@two.example cy@one.example', 'the others do not');
	my ($first, @rest) = ids('--tenant', 'one');
	is(scalar @rest, 0, 'one for the first tenant');
	like(show($first), qr/^tenant +one$/m, 'filed under it');
	like(show($first), qr/recipient +ann\@one.*recipient +cy\@one/s, 'with its recipients');
	unlike(show($first), qr/two\.example/, 'and nobody of the other');
	my ($second) = ids('--tenant', 'two');
	isnt($second, $first, 'another for the second');
	like(show($second), qr/recipient +bob\@two/, 'with its own');
	unlike(show($second), qr/one\.example,/, 'and no recipient of the other');
	my ($status, $text) = $d->run('quarantine', 'delete', '--tenant', 'two', $first);
	isnt($status, 0, 'the second one cannot delete what is of the first');
	like($text, qr/nothing is held for tenant "two"/, 'and is told no more than that');
	is(($d->run('quarantine', 'delete', '--tenant', 'two', $second))[0], 0, 'but its own');
	is(join(' ', ids()), $first, 'the other stays');
	like($d->log, qr/4Xtwo: .* hold=$first,$second/, 'the log names both');
	($status, $text) = $d->run('explain', '4Xtwo');
	like($text, qr/^held as +$first,$second$/m, 'and so does explain');
	$d->run('quarantine', 'delete', $first);
	$r = one(nr => 2, to => ['ann@one.example', 'bob@two.example']);
	is($r->reply, 'discard', 'nobody is left: discarded');
	is(scalar(my @all = ids()), 2, 'held twice');
	$d->run('quarantine', 'delete', @all);
	$r = one(nr => 3, to => ['ann@one.example', 'bob@two.example'], milter => { actions => 0x1ff & ~0x08 });
	is($r->reply, 'continue', 'an MTA that takes nobody off: all or nothing');
	is(scalar(ids()), 0, 'so nothing');
};

subtest 'sent again' => sub {
	my %m = (nr => 4, to => ['ann@one.example', 'bob@two.example']);
	is(one(%m, received => 'A1')->reply, 'discard', 'held');
	my @ids = ids();
	my $r = one(%m, received => 'B2');
	is($r->reply, 'discard', 'sent again by an MTA that did not hear it');
	is(join(' ', ids()), "@ids", 'is held once');
	like(show($_), qr/^seen +2 times/m, 'and counted') for @ids;
	my ($status, $list) = $d->run('quarantine', 'list');
	like($list, qr/seen 2 times/, 'the list says so');
	like($d->log, qr/4Xhold$n: .* hold=(?:$ids[0],$ids[1]|$ids[1],$ids[0])/, 'and the log where it is');
	# cut off between the last dot and the answer, and then the daemon dies
	my $m = Wonted::Milter->new(socket => $d->socket);
	$m->begin(from => 'bob@example.net', to => ['ann@one.example', 'dan@one.example'], message => mail(%m, received => 'C3'));
	$m->put('E', '');
	ok(Wonted::Place::wait_for(sub { ids() == 3 }), 'one recipient more: one hold more');
	kill 'KILL', $d->{pid};
	Wonted::Place::wait_for(sub { Wonted::Place::gone($d->{pid}) });
	$d->start;
	my $before = join ' ', ids();
	$r = one(nr => 4, to => ['dan@one.example', 'ann@one.example'], received => 'D4');
	is($r->reply, 'discard', 'the MTA asks the next daemon');
	is(join(' ', ids()), $before, 'which finds both');
	is(scalar(files()), 6, 'no file more than theirs');
	is(one(nr => 5, to => ['ann@one.example'])->reply, 'discard', 'another message');
	is(scalar(ids()), 4, 'is another hold');
	my ($old) = ids('--rcpt', 'bob@two.example');
	$d->run('quarantine', 'delete', $old);
	is(one(%m, to => ['bob@two.example'])->reply, 'discard', 'what was deleted and comes again');
	is(scalar(ids('--rcpt', 'bob@two.example')), 1, 'is held again');
};

subtest 'one that fails' => sub {
	$d->run('quarantine', 'delete', ids());
	# what stands in the way of the second file
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
	my @way = map { "$d->{dir}/quarantine/$_" } map { my $nr = $_; map { sprintf '%s-%x-%x-2.eml', began(), $nr + $_, 1 } 1 .. 3 } sessions();
	for (@way) { open my $fh, '>', $_ or die; close $fh }
	my $r = $m->send(from => 'bob@example.net', to => ['ann@one.example', 'bob@two.example'], message => mail(nr => 6), id => '4Xhalf');
	$m->quit;
	is($r->reply, 'continue', 'is delivered');
	is(join(' ', $r->deleted_rcpts), 'ann@one.example', 'but not to whom it is held for');
	like(join(' ', $r->added('X-Wonted-Action')), qr/junk \(hold failed\)/, 'marked');
	is(scalar(grep { $_->{do} eq 'change_header' } $r->edits), 1, 'without what came in our name');
	my @ids = ids();
	is(scalar @ids, 1, 'one hold');
	like(show($ids[0]), qr/^tenant +one$/m, 'of the first tenant');
	like($d->log, qr/4Xhalf: cannot quarantine, the message is delivered marked: .*is there already/, 'the log says why');
	like($d->log, qr/4Xhalf: .*action=junk:1,quarantine:1|4Xhalf: .*action=quarantine:1,junk:1/, 'and what became of whom');
	unlink @way;
};

sub began { my ($id) = $d->log =~ /id=([0-9a-f]+)-[0-9a-f]+-1 [^\n]*\n(?!.*id=)/s; return $id }
sub sessions { my ($nr) = $d->log =~ /id=[0-9a-f]+-([0-9a-f]+)-1 [^\n]*\n(?!.*id=)/s; return hex $nr }

# With default_action=accept an MTA that gave up waiting has delivered the message by itself.
subtest 'an MTA that did not hear the answer' => sub {
	$d->run('quarantine', 'delete', ids());
	is(one(nr => 7, to => ['ann@one.example'])->reply, 'discard', 'held');
	is(scalar(ids('--doubtful')), 0, 'what was heard leaves no doubt');
	my $m = Wonted::Milter->new(socket => $d->socket);
	$m->begin(from => 'bob@example.net', to => ['ann@one.example'], message => mail(nr => 8));
	kill 'STOP', $d->{pid};
	$m->put('E', '');
	shutdown $m->{fh}, 1;
	kill 'CONT', $d->{pid};
	ok(Wonted::Place::wait_for(sub { ids() == 2 }), 'held too');
	my ($id, @more) = ids('--doubtful');
	is(scalar @more, 0, 'and told apart');
	like(show($id), qr/^doubt +ann\@one\.example, may have been delivered when it came$/m, 'in words');
	my ($status, $said) = $d->run('quarantine', 'release', $id);
	is($status, 1, 'it is not released');
	like($said, qr/may have been delivered when it came.*--again/s, 'before that was said');
	$d->stop;
	$d->start;
	is(join(' ', ids('--doubtful')), $id, 'the next daemon tells it as well');
	is(($d->run('quarantine', 'delete', $id))[0], 0, 'it can be deleted');
	is(scalar(ids('--doubtful')), 0, 'and is gone');
	like(show($id), qr/^act +[-0-9]+ [:0-9]+  release by \w+ \(uid $<, wonted quarantine\): failed; for ann\@one\.example$/m, 'who tried to release it is kept');
	like(show($id), qr/^act +[-0-9]+ [:0-9]+  delete by \w+ \(uid $<, wonted quarantine\): done; for ann\@one\.example$/m, 'and who deleted it');
	like(($d->run('explain', $id))[1], qr/^act +.*delete by \w+/m, 'explain tells it, too');
	is(scalar(() = glob "$d->{dir}/quarantine/marks/*"), 0, 'with its mark');
};

ok($d->stop, 'stopped');
unlike($d->log, qr/Sanitizer/, 'clean');
done_testing;
