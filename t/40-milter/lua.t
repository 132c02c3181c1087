#!/usr/bin/perl
# The scripts of this folder for miltertest, each against a daemon of its own.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Place;

for my $script (sort glob 't/40-milter/*.lua') {
	my $place = Wonted::Place->new;
	my $d = Wonted::Daemon->new($place, set => {
		dns_zone_file => '"' . $place->write('zone', "shopfair.example. TXT \"v=spf1 -all\"\n") . '"' });
	$d->start;
	my $socket = $d->socket;
	my @lines = split /\n/, `miltertest -D socket=$socket -s $script 2>&1`;
	my $status = $?;
	for (@lines) {
		if (/^(not )?ok \d* ?-? ?(.*)/) { ok(!$1, "$script: $2") } else { diag $_ }
	}
	is($status, 0, "$script ran to its end");
	ok($d->stop, "the daemon stopped when told");
}
done_testing;
