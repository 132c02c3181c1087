#!/usr/bin/perl
# The messages of all sessions together keep under max_memory. What is shed first is the rest of
# big messages, then whole messages; each says so, is undecided where it has no points, and what
# is done follows on_undecided. What was there before is not touched.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $rules_text = "rule says_prize\n    reason  \"It speaks of a prize\"\n    when    subject contains \"prize\"\n    threat  +12\n";
my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules_text, set => { max_memory => '64m' },
	more => "tenant \"example\" {\n\tdomains = {\"example.org\"}\n}\npolicy \"j\" {\n\trecipients = \"jo\@example.org\"\n\ton_undecided = junk\n}\npolicy \"d\" {\n\trecipients = \"di\@example.org\"\n\ton_undecided = defer\n}\n")->start;

my $line = ('x' x 76) . "\r\n";
my $body = $line x (20_000_000 / length $line);
sub begin {
	my ($subject, $to, $bytes) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 60);
	$m->begin(from => 'bob@example.net', to => [$to], message => "From: bob\@example.net\nSubject: $subject\n\n" . substr $body, 0, $bytes);
	return $m;
}
sub rss_mb { return Wonted::Place::read_file("/proc/$d->{pid}/status") =~ /VmRSS:\s+(\d+)/ ? $1 / 1024 : 0 }

my $before = rss_mb();
my @open = map { begin("nr $_", 'ann@example.org', length $body) } 1 .. 6;
# a sanitizer keeps what was freed, and more beside it
my $most = Wonted::Daemon::build_dir() =~ /san/ ? 1024 : 64;
cmp_ok(rss_mb() - $before, '<', $most, 'six messages of 20 MB are open and need less than max_memory');
like(($d->run('status'))[1], qr/^memory_now +[1-9]/m, 'status says what is in use');

my $whole = shift(@open)->eom;
is($whole->added('X-Wonted-Verdict'), 'wanted', 'the one that came first was read whole');
is($whole->added('X-Wonted-Degraded'), undef, 'and lacks nothing');
for my $m (@open[0 .. 2]) {
	my $r = $m->eom;
	is($r->reply, 'continue', 'a further one passes');
	is($r->added('X-Wonted-Verdict'), 'undecided', 'undecided');
	is($r->added('X-Wonted-Degraded'), 'no memory to read all of it', 'and says why');
}
$_->quit for splice(@open), ();

my $hold = begin('big', 'ann@example.org', length $body);
my $r = begin('a prize', 'ann@example.org', length $body)->eom;
is($r->added('X-Wonted-Verdict'), 'malicious', 'points that the beginning gives decide');
is($r->added('X-Wonted-Action'), 'junk (no memory to hold it)', 'but what is not there whole is not held');
is(begin('junk', 'jo@example.org', length $body)->eom->added('X-Spam-Flag'), 'YES', 'on_undecided = junk');
is(begin('defer', 'di@example.org', length $body)->eom->reply, 'replycode', 'on_undecided = defer');

# 64 MB: 24 MB of bytes are used by the big one and its double; beginnings fill up the rest
my @small = map { begin("small $_", 'ann@example.org', 1_000_000) } 1 .. 40;
my (%verdict, $unread);
for my $m (@small) {
	my $r = $m->eom;
	$verdict{$r->added('X-Wonted-Verdict')}++;
	$unread ||= $r if $r->added('X-Wonted-Degraded');
}
ok($verdict{wanted} && $verdict{wanted} >= 5, 'small ones are read beside a big one') or diag explain \%verdict;
ok($unread, 'until all memory is used');
is($unread->added('X-Wonted-Degraded'), 'no memory to read all of it', 'then they say so');
is($hold->eom->added('X-Wonted-Verdict'), 'wanted', 'the big one kept what it had');
$_->quit for @small, $hold;

my $status = ($d->run('status'))[1];
like($status, qr/^memory_beginnings +[1-9]/m, 'beginnings are counted');
like($status, qr/^memory_unread +[1-9]/m, 'unread messages, too');
like($d->log, qr/max_memory: only the beginning of this one is read/, 'the log says it');
is(begin('after', 'ann@example.org', 1000)->eom->added('X-Wonted-Verdict'), 'wanted', 'afterwards all is as before');
like(($d->run('status'))[1], qr/^memory_now +\d{1,6}$/m, 'and no memory is in use');
ok($d->stop, 'stopped');
done_testing;
