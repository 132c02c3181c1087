#!/usr/bin/perl
# The admin's tool from outside: commands, options, exit statuses, and what stands on which stream.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

my $place = Wonted::Place->new;
my $build = Wonted::Daemon::build_dir();
my $zone = $place->write('zone', "example.net. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n");
$place->write('rules/10-test.rules', <<'END');
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +10

rule says_offer
    reason  "It speaks of an offer"
    when    subject contains "offer"
    spam    +7
END
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), rules_dir => '"' . $place->path('rules') . '"' });

sub mail { my ($subject, $body) = @_; return "From: Bob <bob\@example.net>\nTo: ann\@example.org\nSubject: $subject\nMessage-ID: <$subject\@example.net>\n\n" . ($body // "Hello.\n") }

subtest 'words' => sub {
	my $said = `$build/wonted 2>&1`;
	is($? >> 8, 2, 'no command is wrong usage');
	like($said, qr/^Usage: wonted/, 'and shows the usage');
	$said = `$build/wonted quarantin list 2>&1`;
	is($? >> 8, 2, 'a wrong command too');
	like($said, qr/did you mean "quarantine"/, 'with a suggestion');
	$said = `$build/wonted --help`;
	is($? >> 8, 0, '--help');
	like(`$build/wonted --version`, qr/^wonted \d/, '--version');
	for my $command (qw(check reload status scan explain rules people mailbox import quarantine)) {
		my $help = `$build/wonted $command --help 2>/dev/null`;
		is($? >> 8, 0, "$command --help");
		like($help, qr/Usage:/, "$command tells its usage");
		`$build/wonted $command --no-such-option 2>&1`;
		is($? >> 8, 2, "$command --no-such-option");
	}
};

subtest 'scan' => sub {
	my $file = $place->write('prize.eml', mail('prize'));
	my ($status, $said) = $d->run('scan', '--client', '192.0.2.10', $file);
	is($status, 0, 'done');
	like($said, qr/to ann\@example\.org: malicious, quarantine/, 'verdict and action');
	like($said, qr/\+10 threat: It speaks of a prize \[says_prize\]/, 'reasons');
	like($said, qr/quarantine: for 1/, 'what would be done');
	ok(!-e $place->path('wonted/quarantine/index.sqlite'), 'and nothing is');
	($status, $said) = $d->run('scan', '--tests', $file);
	like($said, qr/says_prize: yes\n +yes +subject contains "prize" +\[prize\]/, '--tests: how a rule came out, test by test');
	my @told = ([$file, '203.0.113.9', 'one@example.com', 'ann@example.org; bob@example.org', 86400],
		['offer3.eml', '', '', '', 'date']);
	$place->write('offer3.eml', mail('offer once'));
	my $table = $place->write('told.tsv', join '', map { join("\t", @$_) . "\n" } [qw(path client_ip mail_from rcpt time score)], map { [@$_, 'x'] } @told);
	($status, $said) = $d->run('scan', '--json', '--envelopes', $table);
	is($status, 0, '--envelopes');
	my ($first, $second) = map { decode_json($_) } split /\n/, $said;
	is_deeply([$first->{client}, @$first{qw(mail_from time)}, map { $_->{address} } @{ $first->{rcpts} }],
		['203.0.113.9', 'one@example.com', 86400, 'ann@example.org', 'bob@example.org'], 'what the table tells');
	is_deeply([$second->{mail_from}, $second->{rcpts}[0]{address}], ['bob@example.net', 'ann@example.org'], 'what it does not tell, the message does');
	for (['', qr/told\.tsv:1: the table is empty/], ["helo\tpath\na\n", qr/told\.tsv:2: 1 fields, but the first line has 2/],
		["helo\nx\n", qr/told\.tsv:1: no column "path"/], ["helo\tpath\nx\t\n", qr/told\.tsv:2: no path/],
		["path\ttime\noffer3.eml\tsoon\n", qr/--time is seconds/], ["path\tx\nnowhere.eml\t\n", qr/nowhere\.eml/]) {
		$place->write('told.tsv', $_->[0]);
		($status, $said) = $d->run('scan', '--envelopes', $table);
		is($status, 1, 'a wrong table');
		like($said, $_->[1], 'and what is wrong');
	}
	($status, $said) = $d->run('scan');
	is($status, 2, 'nothing to scan');
	($status, $said) = $d->run('rules', 'explain', $place->write('offer2.eml', mail('offer and more')));
	like($said, qr/says_offer: yes\n +yes +subject contains "offer" +\[offer and more\]/, 'rules explain');
	($status) = $d->run('rules', 'explain');
	is($status, 2, 'rules explain needs a file');
	($status, $said) = $d->run('scan', '--json', $file);
	my $r = decode_json($said);
	is($r->{rcpts}[0]{verdict}, 'malicious', '--json');
	is($r->{features}{subject}, 'prize', 'with features');
	my @two = map { $place->write("box/$_.eml", mail($_)) } qw(offer hello);
	($status, $said) = $d->run('scan', '--summary', $place->path('box'));
	like($said, qr/^2 messages, 1 wanted, 0 graymail, 0 undecided, 1 spam/, '--summary of a folder');
	($status, $said) = $d->run('scan', '--rcpt', 'x@example.org', '--rcpt', 'y@example.org', $two[0]);
	like($said, qr/to x\@example\.org: spam.*to y\@example\.org: spam/s, 'several recipients');
	($status, $said) = $d->run('scan', $place->path('none.eml'));
	is($status, 1, 'a missing file');
	like($said, qr/none\.eml: cannot open/, 'is named');
	my $mbox = $place->write('one.mbox', "From bob Tue Nov 10 10:00:00 2026\n" . mail('offer'));
	($status, $said) = $d->run('scan', $mbox);
	like($said, qr/spam, junk/, "an archive's From line is no header");
};

subtest 'explain' => sub {
	my ($status, $said) = $d->run('explain', $place->write('offer.eml', mail('offer')));
	is($status, 0, 'a file');
	like($said, qr/spam: threat 0, spam 7/, 'points');
	like($said, qr/rcpt\.address +"ann\@example\.org"/, 'facts');
	like($said, qr/^what would have changed it for ann\@example\.org\n  delivered \(wanted\), if: .*\brule says_offer off\n\z/m, 'ends with what would have changed it');
	($status, $said) = $d->run('explain', 'nothing-like-it');
	is($status, 1, 'an unknown id');
};

subtest 'quarantine' => sub {
	$d->start;
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => '192.0.2.10' });
	my $raw = mail('prize', "Line one.\n.\nÜmlaut\n");
	my $r = $m->send(from => 'bob@example.net', to => ['ann@example.org', 'eve@example.org'], message => $raw, id => '4Xheld');
	is($r->reply, 'discard', 'nobody is left, so the MTA lets go');
	$m->quit;
	my ($status, $list) = $d->run('quarantine', 'list');
	is($status, 0, 'list');
	like($list, qr/held +malicious +to ann\@example\.org  threat 10  by says_prize\n +held +malicious +to eve\@example\.org/, 'both recipients');
	my ($id) = $list =~ /^(\S+)/;
	($status, my $show) = $d->run('quarantine', 'show', '4Xheld');
	is($status, 0, 'show by queue id');
	like($show, qr/^reason +It speaks of a prize$/m, 'with reasons');
	($status, $show) = $d->run('quarantine', 'show', '--raw', $id);
	(my $crlf = $raw) =~ s/\n/\r\n/g;
	is($show, $crlf, 'the message as it was received, byte for byte');
	($status, my $told) = $d->run('quarantine', 'delete', '--rcpt', '<EVE@Example.ORG>', $id);
	is($status, 0, 'delete for one');
	($status, $list) = $d->run('quarantine', 'list');
	like($list, qr/held +malicious +to ann.*deleted +malicious +to eve/s, 'the other stays');
	($status, $told) = $d->run('quarantine', 'delete', '--rcpt', 'nobody@example.org', $id);
	is($status, 1, 'who was not held cannot be deleted');
	($status, $told) = $d->run('quarantine', 'release', '--server', '127.0.0.1:1', $id);
	is($status, 3, 'a release that cannot connect');
	like($told, qr/cannot connect/, 'says so');
	($status, $list) = $d->run('quarantine', 'list');
	like($list, qr/held +malicious +to ann/, 'and keeps the message');
	($status, $told) = $d->run('quarantine', 'delete', $id);
	($status, $list) = $d->run('quarantine', 'list');
	like($list, qr/nothing is held/, 'deleted');
	($status, $list) = $d->run('quarantine', 'list', '--all');
	like($list, qr/deleted +malicious/, 'but not forgotten');
	($status, $told) = $d->run('quarantine', 'show', '../../etc/passwd');
	is($status, 1, 'an id is not a path');
	($status, $told) = $d->run('quarantine', 'shred');
	is($status, 2, 'a wrong word');
	($status, my $story) = $d->run('explain', '4Xheld');
	like($story, qr/held as +\Q$id\E/, 'the journal knows the hold');
	like($story, qr/mta told +discard/, 'and what the MTA was told');
	like($story, qr/^what would have changed it for \w+\@example\.org\n  delivered \(wanted\), if: rule says_prize off\n\z/m, 'and what would have let it pass, from the record alone');
};

subtest 'quarantine by filter' => sub {
	my %who = (a => ['"Jörg Bauer" <jb@example.net>', 'prize one'], b => ['other@example.com', 'offer and prize two'], c => ['bob@example.net', 'prize three']);
	for my $nr (sort keys %who) {
		my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => "192.0.2.1$nr" =~ tr/a-c/1-3/r });
		$m->send(from => 'bob@example.net', to => ['ann@example.org', $nr eq 'b' ? ('eve@example.org') : ()], message => "From: $who{$nr}[0]\nTo: ann\@example.org\nSubject: $who{$nr}[1]\nMessage-ID: <$nr\@example.net>\n\nHello.\n", id => "4Xf$nr");
		$m->quit;
	}
	my $n = sub { my ($status, $said) = $d->run('quarantine', 'list', '--json', @_); is($status, 0, "list @_"); return join '', sort map { decode_json($_)->{queue_id} =~ s/4Xf//r } grep { /^\{/ } split /\n/, $said };
	is($n->(), 'abc', 'all');
	is($n->('--rule', 'says_offer'), 'b', 'by rule, whether or not it decided');
	is($n->('--rule', 'says'), '', 'which is a whole name');
	is($n->('--from', 'bauer'), 'a', 'by part of the display name');
	is($n->('--from', '@example.com'), 'b', 'by domain of From');
	is($n->('--from', 'BOB@example.net'), 'abc', 'by envelope sender');
	is($n->('--to', 'EVE@EXAMPLE.ORG'), 'b', 'by recipient');
	is($n->('--text', 'THREE'), 'c', 'by subject');
	is($n->('--since', '1h'), 'abc', 'since an hour');
	is($n->('--since', '2100-01-01'), '', 'since a day');
	is($n->('--verdict', 'spam'), '', 'by verdict');
	is($n->('--state', 'deleted', '--verdict', 'malicious', '--text', 'three'), '', 'by state');
	is(length $n->('--limit', 2), 2, 'no more than asked for');
	for (['--verdict', 'spamm', qr/did you mean "spam"/], ['--state', 'gone', qr/one of held, released/], ['--since', 'yesterday', qr/--since yesterday: write a date/], ['--limit', '-1', qr/--limit/]) {
		my ($status, $said) = $d->run('quarantine', 'list', @$_[0, 1]);
		is($status, 2, "$_->[0] $_->[1] is wrong usage");
		like($said, $_->[2], 'and told');
	}
	my ($status, $said) = $d->run('quarantine', 'list', '--json', '--text', 'two');
	my $h = decode_json($said);
	is($h->{client}, '192.0.2.12', 'JSON has the client');
	is($h->{recipients}[0]{rule}, 'says_prize', 'the deciding rule');
	is($h->{recipients}[1]{threat_milli}, 10000, 'the points');
	is(join(' ', map { "$_->{rule}=$_->{milli}" } @{ $h->{recipients}[0]{hits} }), 'says_prize=10000 says_offer=7000', 'and what gave them');
	($status, $said) = $d->run('quarantine', 'show', '4Xfa');
	like($said, qr/^name +Jörg Bauer$/m, 'show has the display name');
	like($said, qr/^client +192\.0\.2\.11$/m, 'the client');
	like($said, qr/^rule +\+10 threat, says_prize, which decided$/m, 'and the rules');
	# how much it is, is asked first
	($status, $said) = $d->run('quarantine', 'delete', '--text', 'two');
	is($status, 2, 'a filter is not enough where nobody can be asked');
	like($said, qr/1 hold matches, for 2 recipients, it is still held\. .*say --yes/, 'it says how much it would be, and what to say');
	is($n->(), 'abc', 'and does nothing');
	($status, $said) = $d->run('quarantine', 'delete');
	is($status, 2, 'neither names nor a filter');
	($status, $said) = $d->run('quarantine', 'delete', '--rule', 'says_prize', '4Xfa');
	is($status, 2, 'nor both');
	($status, $said) = $d->run('quarantine', 'delete', '--yes', '--to', 'eve@example.org', '--text', 'two');
	is($status, 0, 'with --yes');
	is($n->(), 'abc', 'only the part that was meant');
	is($n->('--to', 'eve@example.org'), '', 'is deleted');
	($status, $said) = $d->run('quarantine', 'delete', '--yes', '--mailbox', 'eve@example.org', '--text', 'prize');
	like($said, qr/nothing is held that matches/, 'the owner of a mailbox reaches no part of others');
	($status, $said) = $d->run('quarantine', 'delete', '--yes', '--rule', 'says_prize');
	is(() = $said =~ /: deleted$/mg, 3, 'all that match');
	is($n->(), '', 'are gone');
	($status, $said) = $d->run('quarantine', 'release', '--yes', '--rule', 'says_prize');
	is($status, 0, 'nothing left to release');
	like($said, qr/nothing is held that matches/, 'is said');
};

subtest 'a disk that is full' => sub {
	# a file in the way of the folder stands for any failed write
	my $q = $place->path('wonted/quarantine');
	rename $q, "$q.away";
	$place->write('wonted/quarantine', '');
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => '192.0.2.10' });
	my $r = $m->send(from => 'bob@example.net', to => ['ann@example.org'], message => mail('prize'), id => '4Xfull');
	is($r->reply, 'continue', 'the message is delivered');
	is(scalar $r->deleted_rcpts, 0, 'to all its recipients');
	like(join(' ', $r->added('X-Wonted-Action')), qr/hold failed/, 'marked');
	$m->quit;
	like($d->log, qr/4Xfull: cannot quarantine, the message is delivered marked/, 'and the log says why');
	unlink $q;
	rename "$q.away", $q;
};

subtest 'no daemon' => sub {
	$d->stop;
	my ($status, $said) = $d->run('status');
	is($status, 3, 'status');
	like($said, qr/is it running/, 'says what to look for');
};
done_testing;
