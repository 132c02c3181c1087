#!/usr/bin/perl
# Archives looked into by the daemon's children: found, killed in the middle of it, replaced, kept
# over a reload, and gone with the daemon. Mail without archives starts none.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use MIME::Base64;
use POSIX ();
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, zone => "shopfair.example. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n", rules => <<'END');
rule inside
    reason "Inside: {attachments.inside}"
    when   attachments.inside matches /./
    threat +1

rule unchecked
    reason "Unchecked: {attachments.unchecked}"
    when   attachments.unchecked matches /./
    threat +2
END
$d->configure(set => { headers => 'full', message_deadline => '120s', decode_deadline => '40s' });

# a ustar archive of one file; enough for what is read of it
sub tar {
	my ($name, $data) = @_;
	my $head = pack 'a100a8a8a8a12a12A8a1a100a6a2', $name, '0000644', '0000000', '0000000',
	    sprintf('%011o', length $data), '00000000000', '', '0', '', "ustar", '00';
	$head .= "\0" x (512 - length $head);
	my $sum = 0;
	$sum += ord for split //, $head;
	substr($head, 148, 8) = sprintf "%06o\0 ", $sum;
	return $head . $data . "\0" x (-length($data) % 512) . "\0" x 1024;
}

sub mail {
	my ($name, $file) = @_;
	my $coded = encode_base64($file);
	return <<"END";
From: bob\@shopfair.example
To: ann\@example.org
Subject: files
Message-ID: <$name\@shopfair.example>
MIME-Version: 1.0
Content-Type: application/octet-stream; name="$name"
Content-Transfer-Encoding: base64

$coded
END
}

sub one {
	my ($message, $id) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
	my $r = $m->send(from => 'bob@shopfair.example', to => ['ann@example.org'], message => $message, id => $id);
	$m->quit;
	return $r;
}

sub reasons { my ($r) = @_; return join ' ', $r->added('X-Wonted-Reasons') }
sub counted { my ($name) = @_; return ($d->run('status'))[1] =~ /^\Q$name\E +(\d+)/m ? $1 : undef }
# the daemon's children
sub children {
	my @found;
	for my $stat (glob '/proc/[0-9]*/stat') {
		my ($pid, $state, $parent) = Wonted::Place::read_file($stat) =~ /^(\d+) \(.*\) (\S) (\d+)/s or next;
		push @found, $pid if $parent == $d->{pid} && $state ne 'Z';
	}
	return @found;
}

my $deep = mail('deep.tar', tar('a.tar', tar('bill.exe', "MZ\x90")));
$d->start;
is(counted('decode_requests'), 0, 'nobody was asked');
is(one("From: bob\@shopfair.example\nSubject: x\n\nhello\n", '4Xplain')->reply, 'continue', 'mail without files passes');
is(counted('decode_requests'), 0, 'and asks nobody');
my $r = one($deep, '4Xdeep');
like(reasons($r), qr{a\.tar/bill\.exe}, 'a program in an archive in an archive is seen');
unlike(reasons($r), qr/Unchecked/, 'and nothing is left unchecked');
is(counted('decode_requests'), 1, 'one file was looked into');
my @before = children();
ok(@before >= 1, 'by a child');
for my $pid (@before) {
	my $status = Wonted::Place::read_file("/proc/$pid/status");
	like($status, qr/^Seccomp:\s+2$/m, 'which is locked in');
	like($status, qr/^NoNewPrivs:\s+1$/m, 'and gets no privileges');
}

subtest 'reload' => sub {
	my ($status) = $d->run('reload');
	is($status, 0, 'done');
	is(join(' ', sort(children())), join(' ', sort @before), 'keeps them');
	like(reasons(one($deep, '4Xreloaded')), qr/bill\.exe/, 'and they work on');
	$d->configure(set => { decode_workers => 0 });
	is(($d->run('reload'))[0], 0, 'switched off');
	like(reasons(one($deep, '4Xoff')), qr/Unchecked: tar/, 'archives are told as unchecked');
	ok(Wonted::Place::wait_for(sub { !children() }), 'and the children are gone');
	$d->configure(set => { decode_workers => 4 });
	is(($d->run('reload'))[0], 0, 'switched on again');
	like(reasons(one($deep, '4Xon')), qr/bill\.exe/, 'they look again');
};

subtest 'killed under load' => sub {
	my @senders = map {
		my $n = $_;
		my $pid = fork;
		if (!$pid) {
			my $well = 0;
			for my $i (1 .. 20) {
				my $r = eval { one($deep, "4Xk$n$i") } or last;
				my $why = reasons($r);
				$well++ if $r->reply eq 'continue'
				    && ($why =~ /bill\.exe/ || $why =~ /Unchecked: tar: (?:decoder died|no decoder|out of time)/);
			}
			POSIX::_exit($well == 20 ? 0 : 1);
		}
		$pid;
	} 1 .. 3;
	my ($kills, $ended, $bad) = (0, 0, 0);
	Wonted::Place::wait_for(sub {
		for my $pid (@senders) {
			next unless $pid && waitpid($pid, POSIX::WNOHANG()) == $pid;
			$bad++ if $?;
			$ended++;
			$pid = 0;
		}
		my @now = children();
		$kills += kill 'KILL', @now if $kills < 8;
		return $ended == 3;
	}, 120);
	ok($kills >= 3, "$kills were killed");
	is($ended, 3, 'all mail was answered');
	is($bad, 0, 'looked into, or told as unchecked');
	like(reasons(one($deep, '4Xafter')), qr/bill\.exe/, 'and there are new ones');
	ok(counted('decode_crashes') >= 1, 'it was counted');
	ok(counted('decoders_now') >= 1, 'and so are they');
};

subtest 'stop' => sub {
	my @last = children();
	ok(@last >= 1, 'there are children');
	ok($d->stop, 'ends by itself');
	ok(Wonted::Place::wait_for(sub { !grep { -e "/proc/$_" } @last }), 'and leaves none');
};

subtest 'killed itself' => sub {
	$d->start;
	like(reasons(one($deep, '4Xlast')), qr/bill\.exe/, 'a child has looked');
	my @last = children();
	kill 'KILL', $d->{pid};
	ok(Wonted::Place::wait_for(sub { Wonted::Place::gone($d->{pid}) && !grep { -e "/proc/$_" } @last }), 'they go with it');
	delete $d->{pid};
};

subtest 'check' => sub {
	my ($status, $said) = $d->run('check');
	is($status, 0, 'a child can be started') or diag $said;
};
done_testing;
