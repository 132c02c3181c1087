#!/usr/bin/perl
# Summaries of held mail: to whom they are due, once, with links that open what they name and nothing
# else, until a date; and what becomes of them when the listener refuses, hangs or is away.
use strict; use warnings;
use lib 't/lib';
use Digest::SHA 'hmac_sha256_hex';
use JSON::PP;
use MIME::Base64;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Review;

my $place = Wonted::Place->new;
my $sink = Wonted::Review::Sink->start($place);
my $rules = <<'END';
rule says_sale
    reason  "It sells"
    when    subject contains "sale"
    spam    +8
rule says_prize
    reason  "It speaks of a prize"
    when    subject contains "prize"
    threat  +12
END
my $more = <<'END';
tenant "one" {
	domains = {"one.example"}
	review_name = "Harbour & S\xc3\xb6ns"
	review_contact = "help desk <117>"
}
tenant "two" {
	domains = {"two.example"}
}
policy "default" {
	on_spam = quarantine
	digest = hourly
}
policy "quiet" {
	recipients = {"quiet@one.example"}
	digest = off
}
END
$more =~ s/\\x(..)/chr hex $1/ge;
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules, more => $more,
	set => { release_smtp => qq("127.0.0.1:$sink->{port}"), review_url => '"https://mail.one.example/held/"' })->start;
my $n = 0;
sub mail {
	my ($to, $subject, $text) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
	$m->send(from => 'news@shop.example', to => ref $to ? $to : [$to], id => '4Xdig' . ++$n,
		message => "From: \"News\" <news\@shop.example>\nTo: x\@one.example\nSubject: $subject\nMessage-ID: <m$n\@shop.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" . ($text // "Hello $n.\n"));
	$m->quit;
}
# sent - what came since it was asked last: [recipients, head, text, html]
my %seen;
sub sent {
	my @new;
	for my $file (sort glob "$sink->{dir}/*") {
		next if $seen{$file}++;
		my ($to, $message) = split /\n/, Wonted::Place::read_file($file), 2;
		my ($head, $body) = split /\r?\n\r?\n/, $message, 2;
		my @parts = $body =~ m{base64\r?\n\r?\n(.*?)\r?\n--}gs;
		push @new, { to => $to, head => $head =~ s/\r?\n[ \t]/ /gr =~ s/=\?utf-8\?B\?([^?]*)\?=(?: (?==\?))?/decode_base64($1)/ger,
			text => decode_base64($parts[0] // ''), html => decode_base64($parts[1] // '') };
	}
	return @new;
}
sub digest { my (@args) = @_; return $d->run('digest', @args) }

mail('ann@one.example', 'sale number one');
mail('ann@one.example', "sale =?utf-8?Q?=E2=80=AE<b>evil</b>=0D=0ABcc:_x\@y.example?= \xe2\x80\xaegpj");
mail(['ann@one.example', 'carl@one.example'], 'prize for both');
mail('quiet@one.example', 'sale for nobody');
mail('zoe@two.example', 'sale for two');

subtest 'before it is sent' => sub {
	my ($status, $text) = digest('show', 'ann@one.example');
	is($status, 0, 'it can be seen');
	like($text, qr/^Subject: 3 messages are held for you\n\n.*ann\@one\.example.*^\* prize for both\n  from News <news\@shop\.example>, malicious, /ms, 'what it says');
	unlike($text, qr/carl|zoe|^Bcc|\xe2\x80\xae/m, 'of nobody else, and nothing that acts');
	($status, $text) = digest('send');
	is("$status $text", '0 ', 'before the hour is over nothing is due');
	($status, $text) = digest('send', '--now', '--dry-run');
	is(join(' ', sort split /\n/, $text), 'ann@one.example: 3 messages, would be told carl@one.example: 1 message, would be told zoe@two.example: 1 message, would be told', 'to whom it would go');
	is(scalar(sent()), 0, 'nothing was sent');
	is((digest('show', 'bob@nowhere.example'))[0], 1, 'an address of nobody');
	is((digest('show', 'bob@one.example'))[1], "nothing is held that it has not been told\n", 'one without anything');
};

my @first;
subtest 'a summary' => sub {
	my ($status, $text) = digest('send', '--now');
	is($status, 0, 'sent') or diag $text;
	@first = sort { $a->{to} cmp $b->{to} } sent();
	is(join(' ', map { $_->{to} } @first), 'ann@one.example carl@one.example zoe@two.example', 'each gets one');
	my $ann = $first[0];
	like($ann->{head}, qr/^Auto-Submitted: auto-generated\r?$/m, 'a program wrote it');
	like($ann->{head}, qr/^From: Harbour & S\xc3\xb6ns <postmaster\@one\.example>\r?$/m, 'who it is from');
	like($ann->{head}, qr/^Subject: 3 messages are held for you\r?$/m, 'its subject');
	unlike($ann->{head}, qr/^X-Wonted/m, 'it was not filtered');
	is(scalar(() = $ann->{html} =~ /<li>/g), 3, 'it names three');
	unlike($ann->{html}, qr/<b>|<script|\xe2\x80\xae|onerror|<img|src=/, 'with nothing in it that acts');
	like($ann->{html}, qr/&lt;b&gt;evil/, 'what a stranger wrote is a text');
	like($ann->{text}, qr/help desk <117>/, 'whom to ask');
	my @links = $ann->{html} =~ /href="([^"]*)"/g;
	is(scalar(@links), 4, 'a link for each, and one for all');
	is(scalar(grep { !m{^https://mail\.one\.example/held/link/[\w.~-]+\z} } @links), 0, 'all to the page');
	is(scalar(grep { index($ann->{text}, $_) < 0 } @links), 0, 'the same ones in the text');
	is((digest('send', '--now'))[1], '', 'nobody is told twice');
	is(scalar(sent()), 0, 'nothing came');
	like((digest('status'))[1], qr/^sent +3, failed 0, may not have come 0\n.*^ann\@one\.example +hourly +- /ms, 'status');
	my ($all) = map { decode_json($_) } split /\n/, (digest('status', '--json'))[1];
	is($all->{sent}, 3, 'as JSON');
};

my $r = Wonted::Review->new($d)->start;
sub token { my ($digest, $nth) = @_; return ($digest->{html} =~ m{/link/([\w.~-]+)"}g)[$nth] }
sub open_link {
	my ($token) = @_;
	my $b = $r->browser;
	my $page = $b->get("/link/$token");
	return ($b, $page) if $page->{status} != 200;
	return ($b, $b->follow("/link/$token", form => $b->{form}));
}
# what the links are signed by, as a thief of the key would do it: to see that time and mailbox count
sub forged {
	my ($until, $mailbox, $hold) = @_;
	my $base64 = encode_base64(join("\n", $until, 'one', $mailbox, $hold, 'x'), '') =~ tr{+/=}{-_~}r;
	return "$base64." . hmac_sha256_hex($base64, Wonted::Place::read_file("$d->{dir}/review.key") =~ s/\s+\z//r);
}

subtest 'links' => sub {
	my $ann = $first[0];
	my ($status, $list) = $d->run('quarantine', 'list', '--json');
	my %id = map { my $h = decode_json($_); ($h->{subject} => $h->{id}) } split /\n/, $list;
	my $b = $r->browser;
	my $page = $b->get('/link/' . token($ann, 0));
	like($page->{body}, qr/opens 1 message held for ann\@one\.example/, 'a link asks first');
	is($b->get('/')->{status}, 303, 'and has signed nobody in');
	($b, $page) = open_link(token($ann, 0));
	like($page->{body}, qr/prize for both/, 'then it opens its message');
	unlike($page->{body}, qr/carl/, 'of the others nothing');
	is($b->get("/hold/$id{'sale number one'}")->{status}, 404, 'no other message');
	is(join(' ', Wonted::Review::Browser::ids($b->get('/'))), $id{'prize for both'}, 'nor in the list');
	is($b->get('/preferences')->{status}, 403, 'nor what the mailbox wants');
	like($b->follow('/act', act => 'release', id => $id{'prize for both'}, sure => 1)->{body}, qr/asked for/, 'what is malicious is asked for');

	mail('ann@one.example', 'sale that came later');
	my $later = ($d->run('quarantine', 'list', '--text', '"came later"'))[1] =~ /^(\S+)  \d{4}-/m ? $1 : '';
	($b, $page) = open_link(token($ann, 3));
	is(scalar(my @ids = Wonted::Review::Browser::ids($page)), 3, 'the last link opens all of the summary');
	is($b->get("/hold/$later")->{status}, 404, 'and nothing that came later');
	like($b->follow('/act', act => 'release', id => $id{'sale number one'}, sure => 1)->{body}, qr/handed to the mail server for 1 recipient/, 'spam is released');
	is(join(',', map { $_->{to} } sent()), 'ann@one.example', 'and comes');
	is($b->post('/act', act => 'release', id => $id{'sale for two'}, sure => 1)->{status} < 500, 1, 'of another tenant') ;
	is(scalar(sent()), 0, 'nothing comes');

	my $good = token($ann, 1);
	is((open_link($good =~ s/(.)\z/$1 eq '0' ? '1' : '0'/er))[1]{status}, 404, 'a forged link');
	is((open_link('x' . $good))[1]{status}, 404, 'one with more before it');
	is((open_link(forged(time - 5, 'ann@one.example', $id{'prize for both'})))[1]{status}, 404, 'its time is over');
	is((open_link(forged(time + 60, 'ann@one.example', $id{'prize for both'})))[1]{status}, 200, 'it is not') ;
	is((open_link(forged(time + 60, 'carl@one.example', $id{'sale number one'})))[1]{status}, 404, 'a message of another mailbox');
	is((open_link(forged(time + 60, 'ann@one.example', '@77')))[1]{status}, 404, 'a summary that never was');
	is((open_link(forged(time + 60, 'carl@one.example', '@1')))[1]{body} =~ /number one/ ? 1 : 0, 0, 'the summary of another');
};

subtest 'how often' => sub {
	my ($b, $page) = open_link(token($first[0], 3));
	$page = $b->get('/digest');
	like($page->{body}, qr/Now ann\@one\.example gets one: every hour in which something is held, as your organisation has set it/, 'the page shows it');
	is($b->post('/digest', every => 'off', csrf => 'x')->{status}, 403, 'a form of another page changes nothing');
	is($b->post('/digest', every => 'weekly')->{status}, 400, 'nor a word that is none');
	like($b->follow('/digest', every => 'off', codes => 1)->{body}, qr/Noted.*gets one: never, and one-time codes at once/s, 'its owner changes it');
	like((digest('status'))[1], qr/^ann\@one\.example +off +codes/m, 'and the tool shows it');
	digest('send', '--now');
	is(scalar(sent()), 0, 'so nothing comes');
	like(($d->run('audit', 'show'))[1], qr/digest.*summaries: off, codes at once/, 'it is written down');
	is((digest('set', 'ann@one.example', 'policy'))[0], 0, 'the tool takes it back');
	digest('send', '--now');
	is(join(',', map { $_->{to} } sent()), 'ann@one.example', 'and the next summary has what came meanwhile');
	is((digest('set', 'ann@one.example', 'weekly'))[0], 1, 'a word that is none');
	my $api = $r->browser;
	$r->adduser('carl', 'user of one, too', '--role', 'user', '--mailbox', 'carl@one.example');
	$api->login('carl', 'user of one, too');
	$api->{headers}{'X-Wonted-CSRF'} = $api->{csrf};
	is_deeply(decode_json($api->post('/api/digest', every => 'daily', codes => 1)->{body}), { every => 'daily', codes => JSON::PP::true, own => JSON::PP::true }, 'the API, too');
};

subtest 'one-time codes' => sub {
	mail('carl@one.example', 'sale of your account', "Your verification code is 482 913. Do not pass it on.\n");
	mail('carl@one.example', 'sale of shoes', "Only 1299.00 today, order 48291377221.\n");
	mail('carl@one.example', 'prize code', "Your code is 482913.\n");
	is((digest('send'))[0], 0, 'a run');
	my @sent = sent();
	is(join(',', map { $_->{to} } @sent), 'carl@one.example', 'it is told at once');
	like($sent[0]{head}, qr/^Subject: 1 message with a one-time code is held for you/m, 'as what it is');
	like($sent[0]{text}, qr/sale of your account/, 'which one');
	unlike($sent[0]{text}, qr/482|shoes|prize/, 'not the code itself, no other message, nothing dangerous');
	digest('send');
	is(scalar(sent()), 0, 'once');
};

subtest 'a listener that refuses, hangs, or is away' => sub {
	mail('zoe@two.example', 'sale refused');
	open my $f, '>', "$sink->{dir}.refuse" or die;
	my ($status, $text) = digest('send', '--now');
	isnt($status, 0, 'nothing could be sent');
	like($text, qr/554 5\.7\.1 no thank you/, 'it says why') ;
	unlink "$sink->{dir}.refuse";
	is((digest('send', '--now', '--mailbox', 'zoe@two.example'))[0], 0, 'and is tried again');
	is(join(',', map { $_->{to} } sent()), 'zoe@two.example', 'then it comes');

	mail('zoe@two.example', 'sale in doubt');
	open $f, '>', "$sink->{dir}.hang" or die;
	my $pid = $place->start('digest.log', Wonted::Daemon::build_dir() . '/wonted', '-c', $d->{conf}, 'digest', 'send', '--now', '--mailbox', 'zoe@two.example');
	my @came;
	ok(Wonted::Place::wait_for(sub { push @came, sent(); @came > 0 }), 'the listener has it');
	like((digest('send'))[1], qr/being sent already, by process $pid/, 'two do not send at once');
	kill 'KILL', $pid;
	$place->stop($pid);
	unlink "$sink->{dir}.hang";
	($status, $text) = digest('send', '--now');
	is($status, 0, 'the next run');
	is(scalar(grep { $_->{to} =~ /zoe/ } sent()), 0, 'does not send it again');
	like($text, qr/zoe\@two\.example.* may not have come/, 'and says so');
	like((digest('status'))[1], qr/may not have come 1\n.*^zoe\@two\.example .*may not have come/ms, 'status, too');
	mail('zoe@two.example', 'sale after it');
	digest('send', '--now');
	@came = sent();
	is(scalar(@came), 1, 'the next one comes');
	like($came[0]{text}, qr/sale after it/, 'with what is new');
	like($came[0]{text}, qr/The summary of .* may not have reached you/, 'and tells of the other');
	unlike($came[0]{text}, qr/sale in doubt/, 'but does not repeat it');
	unlike((digest('status'))[1], qr/^zoe.*may not/m, 'then it was told');

	mail('zoe@two.example', 'sale in vain');
	my ($port) = Wonted::Place::free_ports(1);
	$d->configure(set => { release_smtp => qq("127.0.0.1:$port") });
	my $before = decode_json((split /\n/, (digest('status', '--json'))[1])[0]);
	($status, $text) = digest('send', '--now');
	isnt($status, 0, 'without a listener it fails');
	like($text, qr/cannot connect \(release_smtp\)/, 'and names the option');
	my $after = decode_json((split /\n/, (digest('status', '--json'))[1])[0]);
	is($after->{good_s}, $before->{good_s}, 'such a run did not work');
	$d->configure(set => { release_smtp => qq("127.0.0.1:$sink->{port}") });
};

subtest 'somebody has asked for a release' => sub {
	$d->configure(more => $more =~ s/(review_name)/review_alert = "desk\@one.example"\n\treview_from = "held\@one.example"\n\t$1/r, set => { review_alert_every => '"1h"' });
	digest('send');
	my @sent = sent();
	is(join(',', map { $_->{to} } @sent), 'desk@one.example', 'who decides is told');
	like($sent[0]{head}, qr/^From: Harbour & S\xc3\xb6ns <held\@one\.example>\r?$/m, 'by whom the options name');
	like($sent[0]{head}, qr/^Subject: 1 request waits for you to decide/m, 'how many');
	like($sent[0]{text}, qr{https://mail\.one\.example/held/requests}, 'and where');
	unlike("$sent[0]{text}$sent[0]{html}", qr/prize|shop\.example|ann\@/, 'nothing of the message');
	my ($b) = map { $_->[0] } [open_link(token($first[1], 0))];
	my ($id) = ($d->run('quarantine', 'list', '--mailbox', 'carl@one.example', '--text', '"prize for both"'))[1] =~ /^(\S+)  \d{4}-/m;
	select undef, undef, undef, 1.1;
	like($b->follow('/act', act => 'release', id => $id, sure => 1)->{body}, qr/asked for/, 'another one asks');
	digest('send');
	is(scalar(sent()), 0, 'not more than one mail in that time');
	$d->configure(set => { review_alert_every => '"1m"' });
	my ($file) = glob "$d->{dir}/quarantine/digests/*.alert";
	my $old = Wonted::Place::read_file($file) =~ s/^sent=(\d+)/'sent=' . ($1 - 61)/emr;
	open my $f, '>', $file or die;
	print $f $old;
	close $f;
	digest('send');
	@sent = sent();
	like($sent[0]{head} // '', qr/^Subject: 2 requests wait for you to decide/m, 'then the next, of all that wait');
	like($sent[0]{text} // '', qr/1 of them new/, 'and of what is new');
	digest('send');
	is(scalar(sent()), 0, 'and none where nothing is new');
	$d->configure(more => $more);
};

subtest 'the alarm' => sub {
	my ($status, $text) = $d->run('status');
	like($text, qr/^wonted-milter.*digest_stopped +0\b/ms, 'they go out') or like($text, qr/digest_stopped.*\b0\b/, 'they go out');
	ok($d->stop, 'the filter stops');
	my $file = "$d->{dir}/quarantine/digests/status";
	my $old = time - 4 * 3600;
	my $keys = Wonted::Place::read_file($file) =~ s/^good=\d+/good=$old/mr;
	open my $f, '>', $file or die;
	print $f $keys;
	close $f;
	$d->start;
	ok(Wonted::Place::wait_for(sub { $d->log =~ /summaries have stopped: for 240 minutes/ }), 'the log says that they have stopped') or diag $d->log;
	like(($d->run('status'))[1], qr/digest_stopped\D+1\b/, 'and so does status');
	like(Wonted::Place::read_file('contrib/prometheus/alerts.yml'), qr/wonted_digest_stopped/, 'there is an alert for it');
};

ok($r->stop, 'the page stops');
ok($d->stop, 'the filter stops');
done_testing;
