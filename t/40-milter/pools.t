#!/usr/bin/perl
# Pools and queues: the environment wins over options, status says which it was, and what finds no
# room is shed and counted.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $zone = join '', map { "n$_.example. TIMEOUT\n" } 1 .. 60;
sub daemon { return Wonted::Daemon->new(Wonted::Place->new, zone => $zone, set => { milter_engine => 'wonted', @_ }) }
sub says { my ($d, $name) = @_; return ($d->run('status'))[1] =~ /^\Q$name\E +(\S+)/m ? $1 : "no $name" }
sub bounds { my ($d, $pool) = @_; return join ' ', map { says($d, "pool_${_}_$pool") } qw(workers workers_from queue queue_from) }
sub idle { my ($d) = @_; my $m = Wonted::Milter->new(socket => $d->socket); return $m if eval { $m->open; $m->hello; 1 }; return undef }

subtest 'what says how many' => sub {
	local @ENV{qw(MAX_QUEUE WONTED_DECODE_WORKERS)} = (100, 1);
	my $d = daemon(dns_workers => 5, decode_queue => 9)->start;
	is(bounds($d, 'engine'), '4000 default 100 environment', 'engine');
	is(bounds($d, 'dns'), '5 option 100 environment', 'DNS');
	is(bounds($d, 'decode'), '1 environment 100 environment', 'decoders');
	$d->configure(set => { dns_workers => 6 });
	is(($d->run('reload'))[0], 0, 'reloaded');
	is(bounds($d, 'dns'), '6 option 100 environment', 'a reload takes options, and leaves what the environment says');
	ok($d->stop, 'stopped');
};

subtest 'what is wrong there' => sub {
	for my $row (['MAX_WORKERS', 'lots', '1 to 1000000'], ['WONTED_DNS_QUEUE', '1', '16 to 65536'], ['WONTED_DECODE_WORKERS', '99', '0 to 4'], ['WONTED_ENGINE_QUEUE', '0', '1 to 65535']) {
		my ($name, $value, $range) = @$row;
		local $ENV{$name} = $value;
		my $d = daemon();
		is(eval { $d->start; 1 }, undef, "$name=$value: it does not start");
		like($d->log, qr/error: \Q$name\E in the environment is "$value": write a number from $range, or unset it/, 'and says why');
	}
	local $ENV{WONTED_LEARN_QUEUE} = '-1';
	my $d = daemon();
	my $said = `${\ Wonted::Daemon::build_dir() }/wonted-learn -c $d->{conf} --once 2>&1`;
	isnt($?, 0, 'wonted-learn, too');
	like($said, qr/WONTED_LEARN_QUEUE in the environment/, 'with the name');
};

subtest 'connections' => sub {
	local $ENV{MAX_WORKERS} = 2;
	my $d = daemon()->start;
	my @open;
	ok(Wonted::Place::wait_for(sub { push @open, grep { $_ } idle($d); @open == 2 }), 'two are served');
	is(says($d, 'pool_busy_engine'), 2, 'which status sees');
	is(idle($d), undef, 'a third one is closed');
	cmp_ok(says($d, 'pool_shed_engine'), '>=', 1, 'and counted');
	$_->quit for @open;
	ok(Wonted::Place::wait_for(sub { my $m = idle($d); $m && ($m->quit, 1) }), 'then there is room again');
	ok($d->stop, 'stopped');
};

subtest 'questions to DNS' => sub {
	local $ENV{WONTED_DNS_QUEUE} = 16;
	my $d = daemon(dns_timeout => '10s', message_deadline => '30s')->start;
	my %one = (to => ['ann@example.org'], id => '4Xfull');
	my @open = map { my $m = Wonted::Milter->new(socket => $d->socket); $m->begin(%one, from => "x\@n$_.example", message => "From: x\@n$_.example\nSubject: hi\n\nHello.\n"); $m } 1 .. 40;
	ok(Wonted::Place::wait_for(sub { says($d, 'pool_shed_dns') >= 24 }), 'others are not asked, and counted');
	is(says($d, 'pool_waiting_dns'), 16, 'as many wait as may');
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
	my $r = $m->send(%one, from => 'x@n50.example', message => "From: x\@n50.example\nSubject: hi\n\nHello.\n");
	like(($r->added('Authentication-Results'))[0] // '', qr/spf=temperror/, 'temperror at once, and the message is decided');
	$m->quit;
	ok($d->stop, 'stopped');
};
done_testing;
