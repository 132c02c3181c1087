#!/usr/bin/perl
# What rules did, and what people made of it: "wonted rules list --worst", and the guard of wonted-learn,
# which has a rule only observed when enough people say that it is wrong.
use strict; use warnings;
use lib 't/lib';
use IO::Socket::UNIX;
use JSON::PP ();
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built() && -x $learner;
my $rules = join '', map { "rule says_$_\n    reason \"It speaks of $_\"\n    when subject contains \"$_\"\n    spam +12\n" } qw(lamps chairs tables);
my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules);
my (@decisions, @events);
my $json = JSON::PP->new->canonical;
my $now = time;

sub decided {
	my ($rule, $box, $said) = @_;
	my $id = sprintf 'd%d-1', scalar @decisions;
	push @decisions, $json->encode({ v => 1, kind => 'decision', id => $id, queue_id => "Q$id", time => $now - 3600, internal => JSON::PP::false,
		features => {}, told => 'accept', rcpts => [{ address => "$box\@example.org", verdict => 'spam', action => 'junk', done => 'junk', mode => 'enforce',
		policy => 'default', spam => 12000, reasons => [{ rule => $rule, axis => 'spam', points => 12000 }] }] });
	push @events, $json->encode({ v => 1, kind => 'feedback', id => "e$id", time_ms => ($now - 1800) * 1000, tenant => 'example', mailbox => "$box\@example.org",
		by => 'imap', act => $said, message => $id, sender => 'bob@shop.example', received => {} }) if $said;
}
decided('says_lamps', 'u' . $_ % 6, $_ < 40 ? 'wanted' : undef) for 0 .. 99;
decided('says_chairs', 'ann', $_ < 90 ? 'wanted' : undef) for 0 .. 99;
decided('says_tables', "t$_", 'replied') for 0 .. 2;
my ($example) = glob 't/70-tools/learn.t';
$place->write('wonted/journal/current.jsonl', join '', map { "$_\n" } @decisions);
$place->write('wonted/journal/feedback/current.jsonl', join '', map { "$_\n" } @events);

my ($status, $said) = $d->run('rules', 'list', '--worst', '--json');
my %row = map { my $r = JSON::PP::decode_json($_); $r->{rule} => $r } grep { /^\{/ } split /\n/, $said;
is("@{ $row{says_lamps} }{qw(hits rescued answered bad mailboxes)}", '100 40 0 40 6', 'what a rule did, and what came back') or diag $said;
is("@{ $row{says_tables} }{qw(hits rescued answered bad)}", '3 0 3 3', 'answers count against a rule on spam');
my @order = $said =~ /"rule":"(\w+)"/g;
is("@order", 'says_chairs says_tables says_lamps', 'by the lower bound') if $row{says_tables}{low_permille} > $row{says_lamps}{low_permille};
cmp_ok($row{says_tables}{low_permille}, '<', 600, 'three of three are no certainty');
($status, $said) = $d->run('rules', 'list', '--worst', '--since', '2099-01-01');
is($said, "no rule has decided anything since then\n", 'since');
($status, $said) = $d->run('rules', 'list', '--worst');
like($said, qr/^ *\d+\.\d% +90\.0% +\d+\.\d% +100 +90 +0 +0 +1  says_chairs$/m, 'for people');

$d->start;
my $pid = $place->start('learn.log', $learner, '-f', '-c', $d->{conf});
Wonted::Place::wait_for(sub { -S "$d->{dir}/control.learn" });
my $look = sub {
	my $s = IO::Socket::UNIX->new(Peer => "$d->{dir}/control.learn") or return '';
	print $s "guard\n";
	shutdown $s, 1;
	local $/;
	return <$s>;
};
is($look->(), "looked\n", 'the guard looks');
($status, $said) = $d->run('rollout', 'status');
like($said, qr/rule says_lamps +observe +since .*guard: 40 of 100 were moved back, released or answered, by 6 mailboxes \(surely over \d+%, limit 5%\)/, 'six people switch a rule off');
unlike($said, qr/^  policy \S+ +observe.*guard/m, 'and not the whole policy');
unlike($said, qr/says_chairs/, 'one does not, with 90 cases');
like($d->log, qr/error: guard: rule says_lamps is only observed from now on: 40 of 100/, 'and it is loud');
$d->run('rollout', 'set', 'rule', 'says_lamps', 'enforce');
$look->();
($status, $said) = $d->run('rollout', 'status');
like($said, qr/rule says_lamps +enforce +since .*operator/, 'who says otherwise is heard: only later cases count');
$place->stop($pid);
$d->stop;
done_testing;
