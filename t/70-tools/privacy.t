#!/usr/bin/perl
# All that is kept of one address stands on one page: as mailbox, as sender, in holds and journal, and
# nothing of anybody else who only looks like it.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built() && -x $learner;
my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, set => { history_keep => '"20d"' }, zone => qq(shop.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n),
	rules => "rule says_prize\n    reason \"It speaks of a prize\"\n    when subject contains \"prize\"\n    threat +12\n")->start;
sub mail {
	my ($id, $from, $to, $subject) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket);
	$m->send(from => $from, to => [$to], id => $id, message => "From: $from\nTo: $to\nSubject: $subject\nMessage-ID: <$id\@shop.example>\nDate: Tue, 10 Nov 2026 10:00:00 +0000\n\nHello.\n");
	$m->quit;
}
mail('4Xone', 'bob@shop.example', 'ann@example.org', 'lunch');
mail('4Xtwo', 'eve@shop.example', 'ann@example.org', 'a prize');
mail('4Xthree', 'bob@shop.example', 'ben@example.org', 'other things');
mail('4Xfour', 'bob@shop.example', 'joann@example.org', 'not hers');
Wonted::Place::wait_for(sub { my ($status, $text) = $d->run('log'); $text =~ /4Xfour/ });
system("$learner -1 -c $d->{conf} >/dev/null 2>&1");
$place->write('people.csv', "name,addresses\nAnn Field,ann\@example.org\n");
$d->run('people', 'import', $place->path('people.csv'));

my ($status, $page) = $d->run('privacy', 'export', 'Ann@example.org');
is($status, 0, 'export') or diag $page;
my %part = map { my ($title) = /\A(.*)/; $title => $_ } split /\n\n/, $page;
my ($store) = grep { /^What is remembered/ } values %part;
like($store, qr/"family":"person".*Ann Field/, 'her person record');
like($store, qr/bob\@shop\.example/, 'who wrote to her');
unlike($store, qr/ben\@|joann\@/, 'and nothing of others');
my ($holds) = grep { /^Messages that are, or were, held/ } values %part;
like($holds, qr/eve\@shop\.example/, 'what is held for her');
my ($journal) = grep { /^Messages that were decided/ } values %part;
like($journal, qr/from bob\@shop\.example to ann\@example\.org \(wanted\)  "lunch"/, 'what came');
unlike($journal, qr/other things|not hers/, '... to her');
like($page, qr/^\d+ in all\. Kept for: journal 30 days \(journal_keep\), holds 30 days \(quarantine_keep\), feedback 366 days .*at most 20 days since it was written \(history_keep\)/m, 'and for how long');
my @kept = map { $_ - time } map { /"expires_s":(\d+)/ } split /\n/, ($d->run('store', 'scan', 'pair'))[1];
ok(@kept > 0 && !(grep { $_ > 20 * 86400 || $_ < 19 * 86400 } @kept), 'history_keep: what is remembered expires in time') or diag "@kept";

($status, $page) = $d->run('privacy', 'export', 'eve@shop.example');
like($page, qr/eve\@shop\.example/, 'a stranger can ask, too');
like($page, qr/a prize/, '... and sees what they sent');
($status, $page) = $d->run('privacy', 'export', 'nobody@shop.example');
like($page, qr/^0 in all/m, 'of whom nothing is kept');
is((() = $page =~ /^  nothing$/mg), 8, '... in any part');
($status, $page) = $d->run('privacy', 'export', 'no address');
is($status, 1, 'what is no address');
$d->stop;
done_testing;
