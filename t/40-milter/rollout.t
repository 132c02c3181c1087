#!/usr/bin/perl
# A roll-out while the daemon runs: by share, domain, policy and rule, from the next message on; what
# would have been done is told; it outlives the daemon, and a broken configuration is no obstacle.
use strict; use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
my $rules = <<'END';
rule says_prize
    reason "It speaks of a prize"
    when subject contains "prize"
    threat +12
rule says_lamp
    reason "It speaks of a lamp"
    when subject contains "lamp"
    spam +12
    observe
END
my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules, set => { headers => 'full' },
	more => qq(tenant "example" {\n\tdomains = {"example.org", "example.com"}\n}\npolicy "boss" {\n\trecipients = "boss\@example.org"\n}\n))->start;
my $queue = 0;

sub mail {
	my ($subject, @to) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $r = $m->send(from => 'bob@shop.example', to => [@to ? @to : 'ann@example.org'], id => sprintf('4X%04d', ++$queue),
		message => "From: bob\@shop.example\nTo: ann\@example.org\nSubject: $subject\nMessage-ID: <$queue\@shop.example>\n\nHello.\n");
	$m->quit;
	return $r;
}
sub held { return mail('a prize', @_)->reply eq 'discard' ? 1 : 0 }
sub rollout { my ($status, $text) = $d->run('rollout', @_); return "$status $text" }
sub record {
	my $id = sprintf '4X%04d', $queue;
	return Wonted::Place::wait_for(sub {
		my ($status, $text) = $d->run('log', '--json', '--all');
		my ($line) = grep { /"queue_id":"$id"/ } split /\n/, $text;
		return $line && JSON::PP::decode_json($line);
	});
}

like(rollout('status'), qr/^0 .*  all +enforce\n.*  rule says_lamp +observe\n.*nothing else is set\n/s, 'what holds by the files');
is(held(), 1, 'enforced');

subtest 'all' => sub {
	is(rollout('set', 'all', 'observe'), "0 all: observe from the next message on\n", 'one command stops it');
	is(held(), 0, '... from the next message on');
	my $r = record();
	is("@{ $r->{rcpts}[0] }{qw(mode action done)}", 'observe quarantine pass', '... and the journal says what would have been done');
	like($d->log, qr/4X0002: verdict=malicious observed=quarantine action=pass/, '... and the log');
	my $m = mail('a prize');
	is($m->added('X-Wonted-Mode'), 'observe', '... and the headers');
	rollout('set', 'policy', 'boss', 'enforce');
	is(held('boss@example.org'), 0, 'nothing stands against it');
	rollout('set', 'all', 'default');
	is(held(), 1, 'and back');
};

subtest 'shares' => sub {
	rollout('set', 'all', '30%');
	my @first = map { held("u$_\@example.org") } 1 .. 60;
	my $n = () = grep { $_ } @first;
	cmp_ok($n, '>', 4, "a share of 60: $n");
	cmp_ok($n, '<', 35, '... and no more');
	rollout('set', 'all', '70%');
	my @second = map { held("u$_\@example.org") } 1 .. 60;
	is(scalar(grep { $first[$_] && !$second[$_] } 0 .. 59), 0, 'whoever was in it stays');
	cmp_ok(scalar(grep { $_ } @second), '>', $n, 'and others come');
	$d->stop;
	$d->start;
	my @third = map { held("u$_\@example.org") } 1 .. 60;
	is("@third", "@second", 'the same ones after a restart');
	rollout('set', 'all', 'default');
};

subtest 'domain, tenant, policy' => sub {
	rollout('set', 'tenant', 'example', 'observe');
	is(held(), 0, 'a tenant');
	rollout('set', 'tenant', 'example', 'default');
	rollout('set', 'domain', 'example.com', 'observe');
	is(held('x@example.com'), 0, 'a domain');
	is(held(), 1, '... and not the other');
	rollout('set', 'policy', 'boss', 'observe');
	is(held('boss@example.org'), 0, 'a policy');
	my $s = rollout('status');
	like($s, qr/  domain example\.com +observe +since 20\d\d-\d\d-\d\d \d\d:\d\d  operator\n/, 'and who said it');
	rollout('set', 'domain', 'example.com', 'default');
};

subtest 'rules' => sub {
	rollout('set', 'rule', 'says_prize', 'observe');
	is(held(), 0, 'a rule that only watches holds nothing');
	my $r = record();
	is("@{ $r->{rcpts}[0] }{qw(verdict would mode)}", 'wanted malicious enforce', 'the record says what it would have been');
	is_deeply($r->{rcpts}[0]{watched}, ['says_prize'], '... and by which rule');
	like($d->log, qr/verdict=wanted would=malicious watched=says_prize action=pass/, '... and the log');
	rollout('set', 'rule', 'says_prize', 'default');
	is(held(), 1, 'and back');
	mail('a lamp');
	is(record()->{rcpts}[0]{verdict}, 'wanted', 'a rule that the file has observed');
	rollout('set', 'rule', 'says_lamp', 'enforce');
	mail('a lamp');
	is(record()->{rcpts}[0]{verdict}, 'spam', '... can be enforced');
};

subtest 'a configuration with a mistake' => sub {
	$d->configure(set => { nonsense => 1 });
	is((rollout('set', 'all', 'observe'))[0], "0 all: observe from the next message on\n", 'does not keep anybody from stepping back');
	is(held(), 0, 'it holds');
	$d->configure(set => { nonsense => undef });
	rollout('set', 'all', 'default');
};

subtest 'mistakes' => sub {
	for ([['rule', 'says_price', 'observe'], qr/no rule "says_price"; did you mean "says_prize"/], [['all', '120%'], qr/is none of observe, enforce/],
	    [['everything', 'observe'], qr/none of all, tenant/], [['domain', 'other.example', 'observe'], qr/no domain "other.example" of a tenant/],
	    [['text_model', '10%'], qr/none of on, off/], [['rule', 'says_prize'], qr/write rule NAME VALUE/], [['all', 'x', 'observe'], qr/write all VALUE/]) {
		my ($words, $why) = @$_;
		like(rollout('set', @$words), qr/^1 error: .*$why/, "@$words");
	}
};

subtest 'the guard' => sub {
	my $now = time;
	my $ask = sub {
		my $s = IO::Socket::UNIX->new(Peer => "$d->{dir}/control");
		print $s "rollout guard @_\n";
		shutdown $s, 1;
		local $/;
		return <$s>;
	};
	rollout('set', 'rule', 'says_prize', 'default');
	is($ask->('rule', 'says_prize', $now - 100, '25 of 60 were moved back'), "observed\n", 'puts a rule back');
	is(held(), 0, '... at once');
	like(rollout('status'), qr/rule says_prize +observe +since \S+ \S+  guard: 25 of 60 were moved back/, '... and says so in the status');
	like($d->log, qr/guard: rule says_prize is only observed from now on: 25 of 60 were moved back/, '... in the log');
	my ($status, $text) = $d->run('status');
	like($text, qr/^rollout_guarded +1$/m, '... and among the numbers');
	rollout('set', 'rule', 'says_prize', 'enforce');
	like($ask->('rule', 'says_prize', $now - 100, 'old cases'), qr/^kept \d+/, 'a person has said otherwise since');
	is(held(), 1, '... and that holds');
	is($ask->('rule', 'no_rule', 0, 'x'), qq(error: there is no rule "no_rule"\n), 'what is not there') or 1;
};

$d->stop;
$place->write('wonted/rollout', "key 12\n");
my ($status, $said) = (0, '');
eval { $d->start; 1 } or $said = $@;
like($said, qr/rollout:1: no setting of a roll-out; take the line out/, 'a damaged file keeps it from starting, with the line');
done_testing;
