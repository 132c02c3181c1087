#!/usr/bin/perl
# Every command of the table: its help, too few and too many words, its line in the manual page; and all
# lists, for people and for programs.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $build = Wonted::Daemon::build_dir();
my $man = Wonted::Place::read_file('contrib/man/wonted.8');
my $none = '/nonexistent/wonted.conf';

sub wonted { my $said = qx($build/wonted -c $none @_ 2>&1 </dev/null); return ($? >> 8, $said) }

my ($status, $usage) = wonted('help');
is($status, 0, 'wonted help');
my @patterns = $usage =~ /^  wonted (\S.*?)  +[A-Z]/mg;
cmp_ok(scalar @patterns, '>', 30, 'lists the patterns of all commands');

for my $pattern (@patterns) {
	next if $pattern =~ /^(?:help|version)/;
	my @words = split ' ', $pattern =~ s/ ?[<\[].*//r;
	my @needed = $pattern =~ /(<[^>]*>)/g;
	my $open = $pattern =~ /\.\.\.[>\]]/;
	my $most = () = $pattern =~ /[<\[]/g;
	for my $ask ("@words --help", "help @words") {
		my ($s, $said) = wonted($ask);
		is($s, 0, "wonted $ask");
		like($said, qr/Usage:.*^  wonted \Q$pattern\E  /ms, "tells how it is called");
	}
	my ($s, $said) = wonted(@words, ('x') x $most, 'surplus');
	if ($open) {
		unlike($said, qr/word too many/, "$pattern takes as many as there are");
	} else {
		is($s, 2, "$pattern: one word more is wrong usage");
		like($said, qr/"surplus" is one word too many; usage: wonted \Q$pattern\E$/m, 'and named');
	}
	if (@needed) {
		($s, $said) = wonted(@words);
		is($s, 2, "$pattern: nothing is too few");
		like($said, qr/\Q$needed[0]\E is missing; usage: wonted \Q$pattern\E$/m, 'and told what is missing');
	}
	wonted(@words, map { /file|from|dir/ ? '/nonexistent/x' : 'x' } @needed);
	is($? & 127, 0, "$pattern: something does it");
	like($man, qr/^wonted \Q@words\E(?: |$)/m, "wonted(8) has wonted @words");
	($s, $said) = wonted("@words --no-such-option");
	is($s, 2, "@words: an unknown option is wrong usage");
	if (@words > 1) {
		($s, $said) = wonted($words[0]);
		is($s, 2, "$words[0] alone is wrong usage");
		like($said, qr/say one of .*\b\Q$words[1]\E\b/, "and told of $words[1]");
	}
}

is((wonted('version'))[1], (wonted('--version'))[1], 'wonted version');
is((wonted('version', 'x'))[0], 2, 'and nothing behind it');
is((wonted('help', 'nonsense'))[0], 2, 'help of nothing');
like((wonted('quarantine', 'realease'))[1], qr/did you mean "release"/, 'a suggestion');
is((wonted('store', 'migrate'))[0], 2, 'a third word is missing');
like((wonted('store', 'migrate'))[1], qr/^wonted store migrate: say one of status;/, 'and told');
like((wonted('store', 'migrate', 'stats'))[1], qr/^wonted store migrate: there is no "stats"; did you mean "status"\?: say one of status;/, 'a wrong one as well');

my $place = Wonted::Place->new;
$place->write('rules/10-test.rules', "rule one\n    reason \"One\"\n    when subject contains \"one\"\n    threat +12\n\nrule two\n    reason \"Two\"\n    when subject contains \"two\"\n    spam +2\n");
$place->write('rules/10-test.rtest', "test \"one\"\n    given subject \"one\"\n    expect rule one yes\n\ntest \"two\"\n    given subject \"two\"\n    expect rule two yes\n");
my $d = Wonted::Daemon->new($place, set => { review_url => '"https://held.example.org/"', rules_dir => '"' . $place->path('rules') . '"' });
mkdir $place->path('wonted/quarantine');
is(($d->run('people', 'import', $place->write('p.csv', "name,addresses,title,vip\nAnn Abel,ann\@example.org,CFO,yes\n")))[0], 0, 'a person');

$d->start;
my $m = Wonted::Milter->new(socket => $d->socket);
$m->open; $m->hello; $m->mail('<bob@example.net>'); $m->rcpt('<ann@example.org>'); $m->data;
$m->header($_->[0], " $_->[1]") for ['From', 'bob@example.net'], ['Subject', 'one'];
$m->eoh;
is($m->eom->reply, 'discard', 'a message is held');
$m->quit;
ok($d->stop, 'and the daemon stops');

subtest 'lists' => sub {
	my %want = (rules => 2, people => 1, mailbox => 1, quarantine => 1);
	for my $of (qw(rules people mailbox quarantine)) {
		my ($s, $said) = $d->run($of, 'list', '--json');
		is($s, 0, "$of list --json");
		my @rows = map { decode_json($_) } grep { /^\{/ } split /\n/, $said;
		is(scalar @rows, $want{$of}, 'a line each');
		unlike((join '', grep { !/^\{/ } split /^/, $said), qr/[A-Z]{4}/, 'and no header');
		unlike(($d->run($of, 'list'))[1], qr/^[A-Z]{4,}/, "$of list into a pipe has none");
		SKIP: {
			skip 'util-linux script is not installed', 1 if system('command -v script >/dev/null');
			my $seen = qx(script -qec "$build/wonted -c $d->{conf} $of list" /dev/null </dev/null 2>&1);
			like($seen, qr/^(?:RULE|NAME|ADDRESS|HOLD)\b/m, 'on a terminal it has one');
		}
	}
	my $rule = decode_json(($d->run('rules', 'show', '--json', 'two'))[1]);
	is($rule->{milli}{spam}, 2000, 'rules show --json');
	is(decode_json(($d->run('mailbox', 'show', '--json', 'ANN@example.org'))[1])->{kind}, 'user', 'mailbox show --json');
};

# what lists, shows or counts, and what programs find in its lines
my %json = (
	status                => undef,    # the daemon has to run: below
	scan                  => [[$place->write('m.eml', "From: bob\@example.net\nSubject: two\n\nHello.\n")], 'rcpts'],
	explain               => [['', 'one'], 'rcpts'],
	log                   => [['--all'], 'id'],
	'rules list'          => [[], 'condition'],
	'rules show'          => [['two'], 'condition'],
	'rules names'         => [[], 'meaning'],
	'rules explain'       => undef,    # it prints a tree, and "scan --json --tests" its answers
	'rollout status'      => undef,    # the same
	compare               => [['JOURNAL', 'JOURNAL'], 'both'],
	replay                => [[], undef],    # nothing would be otherwise: t/70-tools/replay.t has some
	'people list'         => [[], 'names'],
	'people test'         => [['Ann Abel <x@example.net>'], 'matches'],
	'mailbox list'        => [[], 'kind'],
	'mailbox show'        => [['ann@example.org'], 'kind'],
	'store get'           => [['person', 'ann@example.org'], 'parts'],
	'store scan'          => [['person'], 'parts'],
	'store stats'         => [[], 'key_bytes'],
	'store verify'        => [[], 'damaged'],
	'store diff'          => [['URL', 'URL'], 'same'],
	'store migrate status' => undef,
	'text score'          => undef,    # t/70-tools/text.t asks these
	'text eval'           => undef,
	'text info'           => undef,
	'quarantine list'     => [[], 'id'],
	'quarantine show'     => [['HOLD'], 'id'],
	'preferences list'    => [['ann@example.org'], undef],    # there are none: t/70-tools/preferences.t has some
	'audit verify'        => [[], 'head'],
	'audit show'          => [[], 'what'],
	'review users'        => [[], 'role'],
	'digest show'         => [['bob@example.org'], 'messages'],
	'digest status'       => [[], 'good_s'],
);
# and who changes something, or writes files, answers in words
my $words = qr/^(?:reload|import|learn|check|rules (?:check|fmt|test)|people (?:import|sync)|mailbox import|store (?:build|merge|fetch|load|dark|live)|text train|quarantine (?:release|delete|report)|preferences (?:set|undo)|audit erase|review (?:adduser|deluser|link)|digest (?:send|set)|top|rollout set|setup|privacy (?:export|erase)|completion)\b/;

# counts of rows and the like are told on standard error
sub printed {
	open my $out, '-|', 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh', "$build/wonted", '-c', $d->{conf}, @_ or die "wonted: $!\n";
	my $text = do { local $/; <$out> } // '';
	close $out;
	return ($? >> 8, $text);
}

subtest '--json of every verb that lists or shows' => sub {
	qx(printf 'long enough for all\n' | $build/wonted -c $d->{conf} review adduser eve --role=reviewer --tenant=example 2>&1);
	my ($hold) = map { decode_json($_)->{id} } grep { /^\{/ } split /\n/, ($d->run('quarantine', 'list', '--json'))[1];
	my ($id) = map { decode_json($_)->{id} } grep { /^\{/ } split /\n/, ($d->run('log', '--all', '--json'))[1];
	for my $pattern (@patterns) {
		next if $pattern =~ /^(?:help|version)/ || $pattern =~ $words;
		my $verb = $pattern =~ s/ ?[<\[].*//r;
		ok(exists $json{$verb}, "$verb is known here") or next;
		my $row = $json{$verb} or next;
		my ($args, $member) = @$row;
		my @args = map { $_ eq 'HOLD' ? $hold : $verb eq 'explain' ? $id : $_ } grep { $_ ne '' } @$args;
		@args = ($id) if $verb eq 'explain';
		@args = ("$d->{dir}/journal") x 2 if $verb eq 'compare';
		@args = ("lmdb:$d->{dir}/store") x 2 if $verb eq 'store diff';
		my ($s, $said) = printed(split(' ', $verb), '--json', @args);
		my @rows = map { eval { decode_json($_) } } grep { /\S/ } split /\n/, $said;
		is($s, 0, "$verb --json") or diag $said;
		ok(!grep({ ref ne 'HASH' } @rows), 'lines of JSON and nothing else') or diag $said;
		ok((grep { exists $_->{$member} } @rows) > 0, "with $member") or diag $said if $member;
	}
	$d->start;
	my @daemons = map { decode_json($_) } split /\n/, ($d->run('status', '--json'))[1];
	is($daemons[0]{program}, 'wonted-milter', 'status --json');
	cmp_ok($daemons[0]{metrics}{running_s}, '>=', 0, 'with units');
	is(ref $daemons[0]{metrics}{verdict}, 'HASH', 'and values of labels');
	is_deeply([@{ $daemons[1] }{qw(program running)}], ['wonted-learn', JSON::PP::false], 'who does not run is told');
	$d->run('rollout', 'set', 'rule', 'two', 'observe');
	my %rollout = map { my $row = decode_json($_); ("$row->{source} $row->{what}" => $row) } split /\n/, ($d->run('rollout', 'status', '--json'))[1];
	is($rollout{'configured all'}{value}, 'enforce', 'rollout status --json: what is configured') or diag explain \%rollout;
	is_deeply([@{ $rollout{'set rule'} }{qw(name value percent by)}], ['two', 'observe', 0, 'operator'], '... and what was set');
	is(ref decode_json(($d->run('store', 'migrate', 'status', '--json'))[1])->{told}, 'ARRAY', 'store migrate status --json');
	ok($d->stop, 'and the daemon stops');
};

subtest 'tests of one rule' => sub {
	my ($s, $said) = $d->run('rules', 'test', 'two');
	is($s, 0, 'pass');
	like($said, qr/\Aok 1 - \S+10-test\.rtest:5 two\n1\.\.1\n\z/, 'and are its own only');
	($s, $said) = $d->run('rules', 'test', 'three');
	is($s, 1, 'of a rule that is not there');
	like($said, qr/no test expects anything of a rule "three"/, 'is told');
	is((() = ($d->run('rules', 'test'))[1] =~ /^ok/mg), 2, 'all, without a name');
};

done_testing;
