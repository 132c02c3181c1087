#!/usr/bin/perl
# What the programs must not do on the way: remove what is not theirs, leave files that the daemon cannot
# read, end well when the output is lost, or let a file name speak to the terminal.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $build = Wonted::Daemon::build_dir();
my $rules_text = "rule says_prize\n    reason \"It speaks of a prize\"\n    when subject contains \"prize\"\n    threat +12\n";

sub daemon {
	my (%set) = @_;
	my $place = Wonted::Place->new;
	my $rules = $place->write('rules/10-test.rules', $rules_text) =~ s{/[^/]+\z}{}r;
	my $zone = $place->write('zone', "example.net. TXT \"v=spf1 -all\"\n");
	return Wonted::Daemon->new($place, set => { rules_dir => qq("$rules"), dns_zone_file => qq("$zone"), %set });
}

sub hold {
	my ($d, @to) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	my $r = $m->send(from => 'bob@example.net', to => \@to, message => "From: bob\@example.net\nSubject: prize\n\nHello.\n");
	$m->quit;
	return $r->reply;
}

subtest 'words too many' => sub {
	my $said = `$build/wonted-milter start 2>&1`;
	is($? >> 8, 2, 'are wrong usage');
	like($said, qr/"start" is not understood/, 'and named');
};

subtest 'the control socket' => sub {
	my $d = daemon();
	my $file = $d->{place}->write('precious', "text\n");
	$d->configure(set => { control_socket => qq("$file") });
	my $said = `$build/wonted-milter -f -c $d->{conf} 2>&1`;
	is($? >> 8, 3, 'does not take the place of a file');
	like($said, qr/control_socket unix:\S+precious: .*a file of that name is there, which is no socket/, 'but says so');
	is(() = $said =~ /precious/g, 1, 'once');
	is(Wonted::Place::read_file($file), "text\n", 'which stays');
	$d->configure(set => { control_socket => qq("$d->{dir}/control") })->start;
	my $other = daemon(control_socket => qq("$d->{dir}/control"));
	$said = `$build/wonted-milter -f -c $other->{conf} 2>&1`;
	is($? >> 8, 3, 'nor that of another daemon');
	like($said, qr/another process serves it/, 'and says so');
	is(($d->run('status'))[0], 0, 'which goes on answering');
	ok($d->stop, 'stopped');
};

subtest 'the milter socket' => sub {
	my $d = daemon();
	my $file = $d->{place}->write('precious', "text\n");
	for my $socket (qq("unix:$file"), qq("unix:$d->{dir}/no/such/sock"), '"inet:8891@192.0.2.1"') {
		$d->configure(set => { socket => $socket });
		my $said = `timeout 20 $build/wonted-milter -f -c $d->{conf} 2>&1`;
		is($? >> 8, 3, "$socket is refused");
		like($said, qr/error: socket \S+ cannot /, 'with the reason') or diag $said;
	}
	is(Wonted::Place::read_file($file), "text\n", 'no file is removed for it');
	$d->configure(set => { socket => qq("unix:$d->{dir}/sock"), socket_group => '"no-such-group"' });
	my $said = `timeout 20 $build/wonted-milter -f -c $d->{conf} 2>&1`;
	like($said, qr/there is no group "no-such-group"/, 'a group that is none');
};

subtest 'a folder that is not there' => sub {
	my $d = daemon();
	rmdir "$d->{dir}/quarantine";
	my ($status, $said) = $d->run('quarantine', 'list');
	is($status, 3, 'is not made by who only looks');
	like($said, qr/has wonted-milter run yet\?/, 'but told');
	ok(!-e "$d->{dir}/quarantine", 'so that the daemon can make it its own');
};

subtest 'names and outputs' => sub {
	my $d = daemon();
	my $file = $d->{place}->write("mail/\e[31mred", "From: a\@example.net\nTo: ann\@example.org\n\nx\n");
	symlink $d->{place}->path('mail'), $d->{place}->path('mail', 'circle');
	my ($status, $said) = $d->run('scan', '--no-dns', $d->{place}->path('mail'));
	is($status, 0, 'a folder with a link to itself');
	unlike($said, qr/\e/, 'no name of a file speaks to the terminal');
	($status, $said) = $d->run('scan', '--no-dns', "$file-none");
	is($status, 1, 'a file that is not there');
	unlike($said, qr/\e/, 'its neither');
	($status, $said) = $d->run('explain', '--json', $file);
	like($said, qr/^\{"v":/, 'explain --json of a file');
	SKIP: {
		skip 'no /dev/full', 2 unless -c '/dev/full';
		$said = `$build/wonted -c $d->{conf} scan --no-dns --json '$file' 2>&1 >/dev/full`;
		is($? >> 8, 3, 'an output that is lost');
		like($said, qr/not all of the output could be written/, 'is told');
	}
};

subtest 'root acts as the owner' => sub {
	plan skip_all => 'needs root' if $> != 0 || $ENV{WONTED_NAMESPACE};
	my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
	plan skip_all => 'there is no user nobody' unless $uid;
	my $d = daemon(user => '"nobody"');
	chmod 0755, $d->{dir};
	chown $uid, $gid, $d->{dir}, glob "$d->{dir}/*";
	$d->start;
	is((stat "/proc/$d->{pid}")[4], $uid, 'the daemon gives root up');
	is((stat "$d->{dir}/store")[4] // $uid, $uid, 'and makes its store after that');
	is(hold($d, 'ann@example.org', 'eve@example.org'), 'discard', 'held');
	my ($id) = ($d->run('quarantine', 'list'))[1] =~ /^(\S+)/;
	is(($d->run('quarantine', 'delete', '--rcpt', 'eve@example.org', $id))[0], 0, 'root deletes for one');
	my @foreign = grep { (stat $_)[4] != $uid } glob "$d->{dir}/quarantine/*";
	is("@foreign", '', 'and leaves no file that is its own');
	ok($d->stop, 'stopped');
};
done_testing;
