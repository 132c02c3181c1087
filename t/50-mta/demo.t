#!/usr/bin/perl
# The demo shows what it promises: each of its messages lands where its manifest says.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Daemon;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
local $ENV{WONTED_BUILD} = Wonted::Daemon::build_dir();
like(`contrib/demo/run --help`, qr/^Usage: .*--keep.*^Exit status: /ms, '--help tells options and exit statuses');
is($? >> 8, 0, 'and runs nothing');
like(`contrib/demo/run --kep 2>&1`, qr/"--kep" is not understood/, 'an unknown option is named');
is($? >> 8, 2, 'and is wrong usage');
my $said = `contrib/demo/run 2>&1`;
is($? >> 8, 0, 'all landed where they should') or diag $said;
like($said, qr/^\* A reviewer lets one go.*: arrived$/ms, 'and what was released has arrived');
unlike($said, qr/\e\[/, 'no colours where there is no terminal');
done_testing;
