#!/usr/bin/perl
# The tool and the daemons: a reload reaches both or says which it did not; a daemon that is stopped costs
# seconds; a configuration that cannot be read is an error of every command, and never its end.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes 'time';
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
my $place = Wonted::Place->new;
my $build = Wonted::Daemon::build_dir();
my $rules = "rule says_prize\n    reason \"It speaks of a prize\"\n    when subject contains \"prize\"\n    threat +12\n";
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules, set => { learn_every => '100ms' });

sub learner { my $l = $place->start('wonted/learn.log', "$build/wonted-learn", '-f', '-c', $d->{conf}); Wonted::Place::wait_for(sub { ($d->run('status'))[1] =~ /^wonted-learn \d/m }); return $l }	# the socket of one before may lie there still
sub learner_said { return Wonted::Place::read_file("$d->{dir}/learn.log") }

subtest 'no command falls over a configuration' => sub {
	my $unreadable = $place->write('unreadable.conf', "mode = observe\n");
	my $binary = $place->write('binary.conf', join '', map { chr } 0 .. 255);
	chmod 0, $unreadable;
	my @commands = map { [split ' '] } 'check', 'check --dump', 'reload', 'status', 'scan x', 'explain x', 'rules check', 'rules list', 'people list', 'people test x',
	    'mailbox list', 'import maildir x', 'store stat', 'store get pair a b', 'store scan pair', 'quarantine list', 'quarantine show x', 'quarantine release x';
	for my $file ($place->path('not-there.conf'), $place->dir, $unreadable, $binary, '/dev/null/x') {
		my $first = $file =~ /not-there/;
		for my $command ($first ? @commands : @commands[0, 2, 3, -3]) {
			system 'sh', '-c', 'exec "$@" >/dev/null 2>&1 </dev/null', 'sh', "$build/wonted", '-c', $file, @$command;
			ok(!($? & 127) && ($? >> 8) >= 1 && ($? >> 8) <= 3, "@$command, " . $file =~ s{.*/}{}r) or diag "status $?";
		}
		for my $daemon (['wonted-milter', '-f'], ['wonted-milter', '-n'], ['wonted-learn', '-f'], ['wonted-learn', '-1']) {
			next if $file eq $unreadable && $> == 0;
			system 'sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', "$build/$daemon->[0]", $daemon->[1], '-c', $file;
			is($?, 1 << 8, "@$daemon, " . $file =~ s{.*/}{}r);
		}
	}
};

subtest 'a reload reaches both daemons' => sub {
	$d->start;
	my ($status, $said) = $d->run('reload');
	is($status, 0, 'with the filter alone it is done');
	like($said, qr/wonted-learn: does not run here/, 'and says that nobody learns here');
	my $l = learner();
	($status, $said) = $d->run('reload');
	is($status, 0, 'both');
	like($said, qr/^reloaded: 1 rule.*^wonted-learn: reloads/ms, 'each says so');
	ok(Wonted::Place::wait_for(sub { learner_said() =~ /: reloaded|^reloaded| reloaded$/m }), 'the learner has done it');
	($status, $said) = $d->run('status');
	like($said, qr/^wonted-milter .*^wonted-learn \d/ms, 'the status is of both');
	my $good = $d->{more};
	$d->configure(more => "$good\nno_such_option = 1\n");
	($status, $said) = $d->run('reload');
	is($status, 1, 'a mistake');
	is(scalar(() = $said =~ /no_such_option/g), 2, 'is told by both');
	$d->configure(more => $good);
	kill 'KILL', $l;
	Wonted::Place::wait_for(sub { Wonted::Place::gone($l) });
	($status, $said) = $d->run('reload');
	is($status, 3, 'a learner that died is told');
	like($said, qr/^reloaded.*control\.learn: cannot reach/ms, 'and which one it was');
	$l = learner();
	is(($d->run('reload'))[0], 0, 'the next one takes its place');
	ok($place->stop($l), 'stopped');
	ok(!-e "$d->{dir}/control.learn", 'nothing is left');
};

subtest 'a daemon that hangs' => sub {
	kill 'STOP', $d->{pid};
	my $begin = time;
	my ($status, $said) = $d->run('status');
	my $took = time - $begin;
	kill 'CONT', $d->{pid};
	is($status, 3, 'is a failure');
	like($said, qr/no answer within 5 s/, 'that says what is wrong');
	cmp_ok($took, '<', 30, 'after a bounded time');
	is(($d->run('status'))[0], 0, 'it goes on');
	ok($d->stop, 'and stops');
	unlike($d->log, qr/Sanitizer/, 'clean');
};
done_testing;
