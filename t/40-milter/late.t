#!/usr/bin/perl
# What the daemon depends on hangs or is full: mail passes in time, is marked, and nothing is lost.
use strict; use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time);
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $rules_text = <<'END';
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +12
END
my $zone_text = <<'END';
example.net. TXT "v=spf1 ip4:192.0.2.10 -all"
late.example. TXT "v=spf1 -all"
late.example. DELAY 20000
END

# takes connections and says nothing
my $silent = IO::Socket::INET->new(Listen => 50, LocalAddr => '127.0.0.1') or die;
my $silent_store = '"redis://127.0.0.1:' . $silent->sockport . '/0"';

sub daemon {
	my (%o) = @_;
	return Wonted::Daemon->new(Wonted::Place->new, zone => $zone_text, rules => $rules_text, %o)->start;
}

sub one {
	my ($d, %o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 20);
	my $begin = time;
	my $domain = $o{from} // 'example.net';
	my $r = $m->send(from => "bob\@$domain", to => ['ann@example.org'], id => $o{id} // '4Xlate',
		message => "From: bob\@$domain\nX-Wonted-Verdict: wanted\nAuthentication-Results: mx.example.org; spf=pass\nSubject: "
		    . ($o{subject} // 'prize') . "\n\n" . ($o{body} // "Hello.\n"));
	$m->quit;
	$r->{took} = time - $begin;
	return $r;
}

sub removed { my ($r, $name) = @_; return scalar grep { $_->{do} eq 'change_header' && $_->{name} eq $name && $_->{value} eq '' } $r->edits }

subtest 'DNS and a store that never answer' => sub {
	my $d = daemon(set => { message_deadline => '500ms', dns_timeout => '499ms', store_deadline => '499ms', store => $silent_store });
	my $r = one($d, from => 'late.example', subject => 'hello');
	is($r->reply, 'continue', 'the message passes');
	cmp_ok($r->{took}, '<', 8, 'in time');
	is($r->added('X-Wonted-Verdict'), 'undecided', 'but is not called wanted');
	like($r->added('X-Wonted-Degraded'), qr/the store did not answer; out of time/, 'marked');
	is(removed($r, 'X-Wonted-Verdict'), 1, 'without the verdict it brought along');
	is(removed($r, 'Authentication-Results'), 1, 'and without results in our name');
	like($d->log, qr/^wonted-milter: 4Xlate: verdict=undecided action=pass .*degraded=yes stopped=\w+ missing="/m, 'the log says so');
	my ($status, $text) = $d->run('status');
	like($text, qr/^messages_stopped\s+1$/m, 'status, too');
	like($text, qr/^verdict_undecided\s+1$/m, 'with the verdict');
	($status, $text) = $d->run('explain', '4Xlate');
	like($text, qr/^stopped +\w+$/m, 'and the journal');
	# the store is out of use now and costs no time: DNS alone
	is(one($d, from => 'late.example')->reply, 'discard', 'DNS leaves the rules their time, and what they find decides');
	ok($d->stop, 'stopped');
};

subtest 'a store that never answers' => sub {
	my $d = daemon(set => { store => $silent_store, store_deadline => '100ms' });
	my $r = one($d);
	cmp_ok($r->{took}, '<', 8, 'in time');
	is($r->reply, 'discard', 'what is known still decides');
	like($d->log, qr/4Xlate: verdict=malicious action=quarantine .*degraded=yes/, 'marked');
	ok($d->stop, 'stopped');
};

subtest 'a disk that is full' => sub {
	my $build = Wonted::Daemon::build_dir();
	my $conf;
	my $d = daemon(command => sub { ('sh', '-c', 'ulimit -f 300 && exec "$@"', 'sh', "$build/wonted-milter", '-c',
		$_[0] =~ s{^unix:(.*)/sock\z}{$1/wonted.conf}r, '-f') });
	my $r = one($d, body => Wonted::Milter::noise(1_000_000), id => '4Xfull');
	is($r->reply, 'continue', 'a message that cannot be held is delivered');
	like(join(' ', $r->added('X-Wonted-Action')), qr/junk \(hold failed\)/, 'marked');
	is(scalar $r->deleted_rcpts, 0, 'to its recipient');
	like($d->log, qr/4Xfull: cannot quarantine, the message is delivered marked: .*File too large/, 'the log says why');
	my @left = grep { !/index|lock|marks$/ } glob "$d->{dir}/quarantine/*";
	is("@left", '', 'and no part of it stays');
	is(one($d)->reply, 'discard', 'a small one is held');
	ok($d->stop, 'stopped');
};

subtest 'a stop while mail flows' => sub {
	my $d = daemon(set => { shutdown_grace => '5s' });
	my @pids = map {
		my $pid = fork // die;
		if (!$pid) {
			# each message gets an answer, or the connection ends: then the MTA still has it
			my ($n, $m) = (0);
			eval {
				$m = Wonted::Milter->new(socket => $d->socket, timeout => 20);
				while ($n < 100_000) {
					my $r = $m->send(from => 'bob@example.net', to => ['ann@example.org'], id => "4X$$-$n", message => "From: b\@example.net\nSubject: hi\n\nx\n");
					last unless $r->reply =~ /^(?:continue|tempfail)$/;
					$n++;
				}
			};
			POSIX::_exit($n > 0 ? 0 : 1);
		}
		$pid;
	} 1 .. 8;
	Wonted::Place::wait_for(sub { -s "$d->{dir}/log" > 50_000 });
	my $idle = Wonted::Milter->new(socket => $d->socket)->open;
	my $pid = $d->{pid};
	ok($d->stop(seconds => 20), 'ends by itself');
	is($? & 127, 0, 'not by a signal');
	waitpid $_, 0 for @pids;
	my $decided = () = $d->log =~ /verdict=/g;
	# a fast machine fills the first file of the spool: it is closed and the next begun
	my $recorded = () = map { Wonted::Place::read_file($_) =~ /\n/g } glob "$d->{dir}/journal/*.jsonl";
	# the record comes before the line: the end may fall between the two
	cmp_ok($recorded, '>=', $decided, 'every decision is in the journal');
	my ($report) = $d->log =~ /((?:ERROR: \w+Sanitizer|CRITICAL|ERROR:).{0,4000})/s;
	is($report, undef, 'clean');
};
done_testing;
