#!/usr/bin/perl
# Records decided again: unchanged rules give the same verdicts, points and reasons to the byte, for
# thousands of messages; changed rules are told by rule and domain; what a record cannot tell is counted.
use strict; use warnings;
use lib 't/lib';
use JSON::PP ();
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
my $place = Wonted::Place->new;
my $zone = join '', map { qq(s$_.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n_dmarc.s$_.example. TXT "v=DMARC1; p=reject"\n) } 0 .. 4;
# the shipped rules, and some that read a text, a header, and a text against what is the recipient's own
my $shipped = Cwd::abs_path('rules');
$place->write('rules/x', '');
my $folder = $place->path('rules');
unlink "$folder/x";
system('cp', '-r', "$shipped/.", $folder) == 0 or die;
$place->write('rules/91-more.rules', <<'END');
rule speaks_of_fees
    reason "It speaks of {found}"
    when text mentions any of ("fee", "late charge") and not header "X-Ticket" exists
    spam +3.5
rule names_recipient
    reason "It names you"
    when text contains rcpt.address
    graymail +1
    rollout 50% by recipient
rule header_says
    reason "The header says {found}"
    when header "X-Campaign" matches /^(sale|promo)/
    graymail +4
rule only_watched
    reason "Watched"
    when text contains "zebra"
    threat +20
    observe
END
my $d = Wonted::Daemon->new($place, zone => $zone, set => { rules_dir => qq("$folder") },
	more => qq(tenant "example" {\n\tdomains = {"example.org", "example.com"}\n}\npolicy "strict" {\n\trecipients = "strict\@example.org"\n\tspam_points = 3\n}\n))->start;

my $n = $ENV{WONTED_REPLAY} // 2000;
my @subjects = ('Invoice overdue', 'Your account is locked', "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82", 'hello', 'You won a prize', 'Re: the draft', "P\xd0\xb0yment due", '=?utf-8?q?Rechnung_f=C3=BCr_Sie?=');
my @bodies = ('Please see the late charge of this month.', 'A zebra walks by.', 'Dear ann@example.org, your mailbox is full. Sign in at http://login.s1.example.evil.example/x now.',
	'Lunch at noon?', "<p>Click <a href=\"http://a.example\">http://bank.example</a></p>", 'Transfer the fee to our new bank account today, confidential, urgent.');
my $m;
srand 7;
for my $i (1 .. $n) {
	my $s = $i % 7;
	my @to = $i % 11 == 0 ? ('ann@example.org', 'ben@example.com', 'strict@example.org') : (('ann@example.org', 'ben@example.com', 'strict@example.org', "u$i\@example.org")[$i % 4]);
	my $body = join "\n", map { $bodies[rand @bodies] } 0 .. rand 3;
	my @headers = ("From: " . ($i % 5 ? "Person $s" : '"Ann Field ceo@example.org"') . " <p$s\@s$s.example>", "To: $to[0]", 'Subject: ' . $subjects[rand @subjects], "Message-ID: <$i\@s$s.example>",
		'Date: Tue, 10 Nov 2026 10:00:00 +0000', 'MIME-Version: 1.0', $body =~ /<p>/ ? 'Content-Type: text/html; charset=utf-8' : 'Content-Type: text/plain; charset=utf-8',
		($i % 3 ? () : 'X-Ticket: 7'), ($i % 6 ? () : 'X-Campaign: ' . ('sale of the year', 'news')[rand 2]), ($i % 4 ? () : 'List-Unsubscribe: <https://s1.example/u>'), ($i % 9 ? () : 'Reply-To: other@free.example'));
	$m //= Wonted::Milter->new(socket => $d->socket);
	$m->send(from => "p$s\@s$s.example", to => \@to, id => sprintf('4R%05d', $i), message => join("\n", @headers, '', $body, ''));
	if ($i % 50 == 0) { $m->quit; undef $m }
}
$m->quit if $m;
my $read = sub { my ($status, $text) = $d->run('log', '--json', '--all'); return grep { /^\{/ } split /\n/, $text };
Wonted::Place::wait_for(sub { $read->() >= $n }, 20);
my @lines = $read->();
is(scalar @lines, $n, "$n records");

my $json = JSON::PP->new->canonical;
sub essence {
	my ($record) = @_;
	return $json->encode([$record->{id}, map { my $to = $_; +{ (map { $_ => $to->{$_} } qw(address verdict action threat spam graymail)),
		reasons => [map { my $r = $_; +{ map { $_ => $r->{$_} } qw(rule axis points) } } @{ $to->{reasons} }] } } @{ $record->{rcpts} }]);
}
my @was = map { essence(JSON::PP::decode_json($_)) } @lines;
my ($status, $text) = $d->run('replay', '--json');
is($status, 0, 'replay') or diag $text;
my @again = map { JSON::PP::decode_json($_) } grep { /^\{/ } split /\n/, $text;
my @now = map { essence($_) } @again;
my @differ = grep { ($was[$_] // '') ne ($now[$_] // '') } 0 .. $#was;
is(scalar @now, $n, 'each record was decided again');
is(scalar @differ, 0, 'and to the byte the same: verdict, action, points, reasons') or diag "was $was[$differ[0]]\nnow $now[$differ[0]]";
is((() = grep { $_->{undecidable} } map { @{ $_->{rcpts} } } @again), 0, 'nothing was undecidable');
my %verdict;
$verdict{$_}++ for map { /"verdict":"(\w+)"/g } @was;
cmp_ok(scalar(keys %verdict), '>=', 4, 'all kinds of verdicts are among them: ' . join ' ', map { "$_ $verdict{$_}" } sort keys %verdict);

($status, $text) = $d->run('replay');
my $rcpts = () = map { /"verdict"/g } @was;
like($text, qr/^replayed $n messages to $rcpts recipients with rules \w+\nthe same: $rcpts\nundecidable: 0\nnot replayed: 0\nnewly held: 0, newly passed: 0, otherwise changed: 0\n$/, 'the same on all threads');

# another rule set: one rule off, one added on what is recorded, one on a header that no rule asked for
my $new = $place->path('new');
system('cp', '-r', $folder, $new) == 0 or die;
open my $f, '>', "$new/92-new.rules" or die;
print $f "adjust speaks_of_fees off\nrule from_two\n    reason \"x\"\n    when from.domain is \"s2.example\"\n    spam +30\n";
close $f;
my $two = grep { /"address":"[^"]*"/ && /s2\.example/ } @lines;
($status, $text) = $d->run('replay', '--rules', $new);
like($text, qr/^newly held: [1-9]\d*, newly passed: [1-9]\d*,/m, 'what would be held, and what would pass') or diag $text;
like($text, qr/^ +[1-9]\d* .*  from_two$/m, 'by rule');
like($text, qr/^ .*  example\.com$/m, 'by domain');
like($text, qr/^undecidable: 0$/m, 'all of it is known');
open $f, '>>', "$new/92-new.rules" or die;
print $f "rule asks_more\n    reason \"x\"\n    when from.domain is \"s3.example\" and header \"X-Never-Asked\" exists\n    spam +30\n";
close $f;
my $three = 0;
for (@lines) { my $r = JSON::PP::decode_json($_); $three += @{ $r->{rcpts} } if $r->{features}{'from.domain'} eq 's3.example' }
($status, $text) = $d->run('replay', '--rules', $new);
like($text, qr/^undecidable: $three$/m, "what a record does not answer is counted, where it matters: $three");

# what people did
my ($held) = map { JSON::PP::decode_json($_) } grep { /"from.domain":"s2.example"/ && /"n_rcpts"|"rcpts":\[\{"address":"ben\@example.com"/ } @lines;
$place->write('wonted/journal/feedback/current.jsonl', $json->encode({ v => 1, kind => 'feedback', id => 'e1', time_ms => time * 1000, tenant => 'example',
	mailbox => 'ben@example.com', by => 'imap', act => 'replied', message => $held->{id}, sender => 'p2@s2.example', received => {} }) . "\n");
($status, $text) = $d->run('replay', '--rules', $new);
like($text, qr/^ +\d+ +0 +1 +.*  from_two$/m, 'one of those that would be held was answered') or diag $text;
($status, $text) = $d->run('replay', '--since', '2099-01-01');
like($text, qr/^replayed 0 messages/, 'since');
# messages in files: what a record does not answer, they do
for my $i (1 .. 6) {
	my $three = $i % 2 ? 3 : 4;
	$place->write("mail/new/$i.eml", "Return-Path: <p$three\@s$three.example>\nDelivered-To: ann\@example.org\nFrom: p$three\@s$three.example\nTo: ann\@example.org\nSubject: file $i\nDate: Tue, 10 Nov 2026 10:00:00 +0000\n" . ($i < 3 ? "X-Never-Asked: yes\n" : '') . "\nHello.\n");
}
my $mail = $place->path('mail');
($status, $text) = $d->run('replay', '--messages', $mail);
is($status, 0, '--messages') or diag $text;
like($text, qr/^replayed 6 messages to 6 recipients .*^the same: 6\nundecidable: 0\nnot replayed: 0\nnewly held: 0/ms, '... by the same rules is the same');
($status, $text) = $d->run('replay', '--messages', $mail, '--rules', $new);
like($text, qr/^undecidable: 0\nnot replayed: 0\nnewly held: 1, newly passed: 0, otherwise changed: 0$/m, '... and by others what they make of the text itself') or diag $text;
like($text, qr/^ +1 +0 +0 +0 .*  asks_more$/m, '... by rule');
($status, $text) = $d->run('replay', '--messages', $mail, '--rules', $new, '--json');
my @changed = map { JSON::PP::decode_json($_) } grep { /^\{/ } split /\n/, $text;
is_deeply([map { [$_->{file} =~ m{([^/]+)$}, $_->{address}, $_->{was}{action}, $_->{now}{action}, $_->{now}{rule}] } @changed], [['1.eml', 'ann@example.org', 'pass', 'junk', 'asks_more']], '... --json') or diag $text;
# a text model that is tried
my $index = join '', map { my $bad = $_ % 2; $place->write("box/$_.eml", "From: x\@y.example\nSubject: " . ($bad ? 'pills' : 'minutes') . " $_\n\n" . join(' ', ($bad ? qw(cheap pills winner click pharmacy bonus) : qw(meeting minutes agenda quarterly draft)) x 9) . " $_.\n"); ($bad ? 'spam' : 'ham') . " box/$_.eml\n" } 1 .. 120;
my $trained = $place->path('tried.delta');
system(Wonted::Daemon::build_dir() . "/wonted text train --passes 3 $trained " . $place->write('index', $index) . ' >/dev/null 2>&1');
$place->write("spam/$_.eml", "Delivered-To: ann\@example.org\nFrom: x\@y.example\nTo: ann\@example.org\nSubject: pills $_\nDate: Tue, 10 Nov 2026 10:00:00 +0000\n\n" . join(' ', (qw(cheap pills winner click pharmacy bonus)) x 9) . "\n") for 1 .. 3;
$place->write('model/10-x.rules', "rule the_model_says\n    reason \"x\"\n    when text.spam > 0\n    spam +30\n");
($status, $text) = $d->run('replay', '--messages', $place->path('spam'), '--rules', $place->path('model'));
like($text, qr/^newly held: 0,/m, 'without a model nothing is said by it') or diag $text;
($status, $text) = $d->run('replay', '--messages', $place->path('spam'), '--rules', $place->path('model'), '--model', $trained);
like($text, qr/^newly held: 3,/m, '--model: one that is tried is asked') or diag $text;
($status, $text) = $d->run('replay', '--messages', $mail, '--model', $place->path('index'));
like("$status $text", qr/^[13] .*index/s, '... and has to be one');
is(($d->run('replay', '--model', $trained))[0], 2, '... records have no texts for it');
is(($d->run('replay', '--messages', $mail, '--since', '1d'))[0], 2, '... of files no records are chosen');
is(($d->run('replay', '--messages', '/nonexistent/mail'))[0], 1, '... which are there');
like(($d->run('replay', '--messages', $mail, '--rules', $place->path('nowhere')))[1], qr/nowhere/, '... as are the rules');
$place->write('broken/10-x.rules', "rule x\n    when nonsense\n");
($status, $text) = $d->run('replay', '--rules', $place->path('broken'));
is($status, 1, 'rules with a mistake');
like($text, qr/10-x\.rules:\d+:\d+/, '... are told');
$d->stop;
done_testing;
