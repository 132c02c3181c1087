#!/usr/bin/perl
# A filter is replaced by another one while mail flows, in five stages, as INSTALL tells; each stage is taken
# back and taken again. Of what a client heard a 250 for, each recipient has it delivered once or held once,
# by one of the two, whether the new filter is stopped, hung or killed (a message to some of a share and to
# others may be held by both); and while it only looks on, nobody
# sees that it is there.
#
# By hand, for long:  WONTED_MIGRATION_MESSAGES=10000 prove -v t/50-mta/migration.t    (as root)
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use JSON::PP;
use Test::More;
use Time::HiRes qw(time sleep);
use Wonted::Daemon;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my $all = $ENV{WONTED_MIGRATION_MESSAGES} // 200;
my $steps = 12; # of what follows, each with as many messages
my $each = int $all / $steps || 1;
my $timeout = 2; # of the new filter, in seconds, for each of Postfix's waits
my $site = trial_site(wonted => { set => { mode => 'observe', observe_headers => 'no', journal_pii => 'yes', learn_every => '"200ms"' } });
my $new = $site->wonted;
my $old_place = Wonted::Place->new;
my $old = Wonted::Daemon->new($old_place, more => $new->{more}, set => { map { $_ => $new->{settings}{$_} } qw(rules_dir dns_zone_file release_smtp) });
chmod 0755, map { $_->dir } $old_place, $site->place;
my $learner;

# Postfix asks these filters, in this order, from its next session on
sub ask {
	my (@filters) = @_;
	my $main = $site->place->path('postfix/etc/main.cf');
	my $text = Wonted::Place::read_file($main) =~ s/^smtpd_milters = .*\n//mgr;
	my @lines = map { $_ == $new ? "{ @{[$new->socket]}, connect_timeout=${timeout}s, command_timeout=${timeout}s, content_timeout=${timeout}s, default_action=accept }" : "{ @{[$old->socket]}, default_action=tempfail }" } @filters;
	$site->place->write('postfix/etc/main.cf', $text . 'smtpd_milters = ' . join(', ', @lines) . "\n");
	utime time - 60, time - 60, $main;
	my $reloads = () = $site->postfix->log(qr/reload -- /);
	kill HUP => $site->postfix->{pid};
	Wonted::Place::wait_for(sub { (() = $site->postfix->log(qr/reload -- /)) > $reloads }) or die "Postfix does not reload\n";
}

my @kinds = (['', 'ann'], ['', 'ann', 'bob'], ['malicious', 'bob'], ['malicious', 'ann', 'carol'], ['spam', 'carol'], ['', 'carol']);
my ($n, $slowest, %sent) = (0, 0);
# so many messages more; between them `meanwhile` is called once, in the middle
sub flow {
	my ($meanwhile) = @_;
	my $from = $n;
	for my $k (1 .. $each) {
		my ($trial, @names) = @{ $kinds[$n % @kinds] };
		my @to = address(@names);
		$n++;
		$meanwhile->() if $meanwhile && $k == int($each / 2) + 1;
		my $began = time;
		my $smtp = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' }, timeout => 120);
		my $r = $smtp->send(from => "s$n\@example.com", to => \@to, message => "From: S <s$n\@example.com>\nTo: all\@example.org\nSubject: number $n.\nMessage-ID: <n$n\@example.com>\n" . ($trial && "X-Trial: $trial\n") . "X-Number: $n\n\nHello.\n");
		$smtp->quit;
		$slowest = time - $began if time - $began > $slowest;
		fail("message $n was refused: $r->{code} $r->{text}") if $r->{code} != 250;
		$sent{$n} = { to => \@to, trial => $trial } if $r->{code} == 250;
	}
	return ($from + 1 .. $n);
}

sub held_by {
	my ($filter) = @_;
	my %held;
	my ($status, $list) = $filter->run('quarantine', 'list', '--limit', 1000000, '--json');
	die "the quarantine cannot be listed: $list\n" if $status != 0;
	for (grep { /^\{/ } split /\n/, $list) {
		my $h = decode_json($_);
		my ($number) = $h->{subject} =~ /number (\d+)\./ or next;
		$held{$number}{ $_->{address} }++ for grep { $_->{state} eq 'held' } @{ $h->{recipients} // $h->{rcpts} };
	}
	return \%held;
}

my %got; # number -> recipient -> messages
sub look {
	Wonted::Place::wait_for(sub { my %q = $site->postfix->queue; !%q }, 60) or fail('the queue is not empty');
	%got = ();
	for my $u (address(qw(ann bob carol))) {
		for my $m ($site->dovecot->messages($u)) { push @{ $got{ $m->header('X-Number') // next }{$u} }, $m }
	}
	my ($by_old, $by_new) = map { held_by($_) } $old, $new;
	my (@lost, @twice);
	for my $number (sort { $a <=> $b } keys %sent) {
		for my $u (@{ $sent{$number}{to} }) {
			my ($delivered, @held) = (scalar @{ $got{$number}{$u} // [] }, map { $_->{$number}{$u} // 0 } $by_old, $by_new);
			my $sum = $delivered + $held[0] + $held[1];
			push @lost, "$number $u" if $sum == 0;
			# a second filter has heard of all recipients before the first one takes some of them off
			my $mixed = !$delivered && "@held" eq '1 1' && $sent{$number}{shared} && @{ $sent{$number}{to} } > 1;
			push @twice, "$number $u: $sum" if $sum > 1 && !$mixed;
		}
	}
	return (\@lost, \@twice, $by_old, $by_new);
}

sub whole {
	my ($what) = @_;
	my ($lost, $twice, $by_old, $by_new) = look();
	is("@$lost[0 .. ($#$lost < 9 ? $#$lost : 9)]", '', "$what: nothing is lost");
	is("@$twice[0 .. ($#$twice < 9 ? $#$twice : 9)]", '', '... or doubled');
	return ($by_old, $by_new);
}
sub bad { my (@numbers) = @_; return grep { $sent{$_}{trial} eq 'malicious' } @numbers }
sub held_here { my ($held, @numbers) = @_; return scalar grep { keys %{ $held->{$_} // {} } } @numbers }
sub seen_by { my ($filter) = @_; return scalar grep { /^\{/ } split /\n/, ($filter->run('log', '--all', '--json', '--limit', 1000000))[1] }
sub rollout { my (@words) = @_; my ($s, $said) = $new->run('rollout', 'set', @words); is($s, 0, "rollout set @words") or diag $said }
my $restart = sub { for (1 .. 20) { return if eval { $new->start; 1 } } die $@ };

$old->start;
$site->start;

subtest 'before: the old filter alone' => sub {
	ask($old);
	my @m = flow();
	my ($by_old) = whole('the old one');
	is(held_here($by_old, @m), scalar(bad(@m)), '... holds what is bad');
};
subtest '1. mirror the volume' => sub {
	ask($new, $old);
	my @m = flow();
	push @m, flow(sub { kill STOP => $new->{pid} });
	kill CONT => $new->{pid};
	push @m, flow(sub { my $p = delete $new->{pid}; kill KILL => $p; Wonted::Place::wait_for(sub { Wonted::Place::gone($p) }); unlink "$new->{dir}/control" });
	$restart->();
	push @m, flow(sub { ok($new->stop, 'the new one is stopped') });
	$restart->();
	my ($by_old, $by_new) = whole('hung, killed and stopped');
	is(held_here($by_old, @m), scalar(bad(@m)), 'the old one holds what it held');
	is(held_here($by_new, keys %sent), 0, 'the new one holds nothing');
	cmp_ok(seen_by($new), '>', 0, 'though it has seen mail');
	my @verdicts = map { my @v = $_->header('X-Wonted-Verdict'); scalar @v } map { @$_ } map { values %{ $got{$_} // {} } } @m;
	is_deeply([grep { $_ != 1 } @verdicts], [], 'and adds nothing to what is delivered: ' . @verdicts);
	cmp_ok($slowest, '<', 4 * $timeout + 20, sprintf 'the longest delay of a message was %.1f s, with timeouts of %d s', $slowest, $timeout);
	# and back
	ask($old);
	Wonted::Place::wait_for(sub { my $was = seen_by($new); sleep 0.3; $was == seen_by($new) });
	my $seen = seen_by($new);
	@m = flow();
	whole('back');
	is(seen_by($new), $seen, 'the new one sees no more');
	ask($new, $old);
};
subtest '2. it learns, and touches nothing' => sub {
	$learner = $site->place->start('learn.log', Wonted::Daemon::build_dir() . '/wonted-learn', '-c', $new->{conf}, '-f');
	my @m = flow();
	my $last = "s$m[-1]\@example.com";
	ok(Wonted::Place::wait_for(sub { ($new->run('store', 'stats', '--json'))[1] =~ /"family":"sender","records":(\d+)/ && $1 > 0 }), 'the new one has learned');
	my (undef, $by_new) = whole('learning');
	is(held_here($by_new, keys %sent), 0, '... and holds nothing');
};
subtest '3. compare' => sub {
	my @m = flow();
	whole('comparing');
	my $compare = sub { my ($s, $said) = $new->run('compare', '--json', map { "$_->{dir}/journal" } $old, $new); is($s, 0, 'compare') or diag $said; return decode_json((split /\n/, $said)[0]) };
	Wonted::Place::wait_for(sub { ($new->run('log', '--all', '--json', '--limit', 1))[1] =~ /n$n\@|number $n/ });
	my $c = $compare->();
	cmp_ok($c->{both}, '>', $each, "both have seen $c->{both}");
	is($c->{agreed}, $c->{both}, 'and agree on all of it') or diag(($new->run('compare', map { "$_->{dir}/journal" } $old, $new))[1]);
	cmp_ok($c->{only_first}, '>', 0, 'what the new one has missed while it was down is told');
};
subtest '4. move, by share and by domain' => sub {
	rollout('all', '40%');
	my @m = flow();
	$sent{$_}{shared} = 1 for @m;
	my ($by_old, $by_new) = whole('a share');
	is(held_here($by_old, @m) + held_here($by_new, @m) >= scalar(bad(@m)) ? 1 : 0, 1, 'what is bad is held by one of the two');
	rollout('domain', 'example.org', 'enforce');
	@m = flow();
	($by_old, $by_new) = whole('a domain');
	is(held_here($by_new, @m), scalar(bad(@m)), 'the new one holds');
	is(held_here($by_old, @m), 0, '... so the old one does not get it');
	# and back at once
	rollout('all', 'observe');
	@m = flow();
	($by_old, $by_new) = whole('all observed again');
	is(held_here($by_new, @m), 0, 'the new one holds nothing from the next message on');
	is(held_here($by_old, @m), scalar(bad(@m)), '... and the old one does');
};
subtest '5. finish' => sub {
	rollout('all', 'enforce');
	ask($new);
	my $old_has = seen_by($old);
	my @m = flow();
	my ($by_old, $by_new) = whole('the new one alone');
	is(held_here($by_new, @m), scalar(bad(@m)), '... holds what is bad');
	is(seen_by($old), $old_has, 'the old one is asked no more');
	# and back: it is there still
	ask($new, $old);
	rollout('all', 'observe');
	@m = flow();
	($by_old, $by_new) = whole('and back');
	is(held_here($by_old, @m), scalar(bad(@m)), 'the old one holds again');
	ask($new);
	rollout('all', 'enforce');
	ok($old->stop, 'the old one is switched off');
	my $smtp = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' });
	is($smtp->send(from => 's@example.com', to => [address('ann')], message => "From: s\@example.com\nSubject: last\n\nHello.\n")->{code}, 250, 'and nobody misses it');
	$smtp->quit;
};
note sprintf '%d messages in all, the longest took %.1f s', $n, $slowest;
$site->place->stop($learner) if $learner;
$new->stop;
unlike($_->log, qr/Sanitizer|CRITICAL/, 'clean') for $old, $new;
done_testing;
