#!/usr/bin/perl
# A daemon that reads a snapshot, while others are put in its place: a good one is taken with
# the next message, without a restart; garbage never replaces it; and a file that is cut or
# copied over while it is mapped makes facts unknown, and ends nothing.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the daemon is not built' unless Wonted::Daemon::built();

my $place = Wonted::Place->new;
my $zone = $place->write('zone', qq(partner.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n));
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), baseline_age => '0s', headers => 'full' });
my $data = $place->path('data.mdb');

sub wonted_ok {
	my ($what, @words) = @_;
	my ($status, $text) = $d->run(@words);
	is $status, 0, $what or diag $text;
	return $text;
}

sub slurp { open my $f, '<:raw', $_[0] or die "$_[0]: $!"; local $/; return <$f> }
sub spew { my ($path, $text) = @_; open my $f, '>:raw', $path or die "$path: $!"; print $f $text; close $f }

my $people = $place->write('people.csv', join '', "name,addresses,title,vip\n",
	map { "Person Number$_,person$_\@example.org,,\n" } 1 .. 50);
my $mbox = $place->write('past.mbox', join '', map { <<"END" } map { $_ * 2 } 1 .. 12);
From - Tue Nov 10 10:00:00 2026
From: Carl Curt <carl\@partner.example>
To: person1\@example.org
Date: $_ Oct 2026 10:00:00 +0000
Message-ID: <m$_\@partner.example>
Subject: past

Hello

END
my @build = (qw(store build), $data);
my ($with, $without) = ([@build, '--people', $people, '--mbox', $mbox], [@build, '--people', $people]);

my $sent = 0;

# what a message of Carl's is told: "known", "stranger", "degraded", or what was wrong
sub told {
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $r = $m->send(from => 'carl@partner.example', to => ['person1@example.org'], id => sprintf('4X%05d', ++$sent),
		message => "From: Carl Curt <carl\@partner.example>\nTo: person1\@example.org\nSubject: again\n"
		. "Message-ID: <n$sent\@partner.example>\nDate: Fri, 20 Nov 2026 10:00:00 +0000\n\nHello again.\n");
	$m->quit;
	return $r->reply if $r->reply ne 'continue';
	return 'degraded' if $r->message =~ /^X-Wonted-Degraded/m;
	return ($r->added('X-Wonted-Score') // '') =~ /spam=-/ ? 'known' : 'stranger';
}
sub becomes { my ($want) = @_; return Wonted::Place::wait_for(sub { told() eq $want }, 15) }

wonted_ok('a snapshot of people and mail', @$with);
$d->configure(set => { store => qq("lmdb-snapshot:$data") });
$d->start;
my $pid = $d->{pid};
is told(), 'known', 'the daemon knows Carl from it';
wonted_ok('another one in its place, without mail', @$without);
ok becomes('stranger'), 'mail is judged by it';
wonted_ok('and back', @$with);
ok becomes('known'), 'known again';

# what never replaces a good one: put there by renaming, as a careful admin does
my $good = slurp($data);
for ([garbage => 'no snapshot at all' x 10000], [nothing => ''], ['half of it' => substr $good, 0, length($good) / 2],
	['other ends' => substr($good, 0, -1) . chr(1 ^ ord substr $good, -1)]) {
	spew("$data.tmp", $_->[1]);
	rename "$data.tmp", $data or die;
	is_deeply [map { sleep 0.03; told() } 1 .. 3], [('known') x 3], "$_->[0]: the old one stays";
}
like $d->log, qr/the old snapshot stays: \Q$data\E: /, 'the log says so';

# another than the one before, so that it can be told which is read
my $reads = 'known';
sub good_one {
	my ($what) = @_;
	$reads = $reads eq 'known' ? 'stranger' : 'known';
	wonted_ok($what, $reads eq 'known' ? @$with : @$without);
	ok becomes($reads), '... is taken';
}
good_one('a good one');

# cut while it is mapped
for my $size (0, 4096, int(length($good) / 8192) * 4096, 20000) {
	truncate $data, $size or die;
	is_deeply [map { told() } 1 .. 5], [('degraded') x 5], "cut to $size bytes: all is unknown, and said so";
	good_one('a good one');
}
good_one('one with mail');
like $d->log, qr/written over while it was in use, so all is unknown.*by renaming/, 'the log says why';

# copied over in place again and again, while mail comes
$good = slurp($data);
my $copier = fork // die;
if (!$copier) {
	for (1 .. 300) { spew($data, $good); sleep 0.005 }
	require POSIX;
	POSIX::_exit(0);
}
my %seen;
$seen{ told() }++ for 1 .. 60;
waitpid $copier, 0;
is join(' ', grep { !/^(known|degraded)$/ } sort keys %seen), '', 'copied over: known, or unknown, and never a stranger';
ok becomes($reads), '... known again when it is whole';

is $d->{pid}, $pid, 'it is one daemon';
ok kill(0, $pid), '... that lives';
my $lines = () = $d->log =~ /verdict=/g;
is $lines, $sent, 'each message has its line';
ok $d->stop, 'the daemon ends well';
done_testing;
