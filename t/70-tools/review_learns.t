#!/usr/bin/perl
# What people do with held mail teaches: on the page and by command, once each, for them alone; what
# they state there; and none of it is lost while wonted-learn is away. It looks at the journal by
# itself only once an hour here: all else is done when it is told.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Review;

my $learner = Wonted::Daemon::build_dir() . '/wonted-learn';
plan skip_all => 'the programs are not built' unless Wonted::Daemon::built() && -x $learner;

my $place = Wonted::Place->new;
my $sink = Wonted::Review::Sink->start($place);
my $zone = $place->write('zone', join '', map { "$_.example. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n" } qw(shop club rival big news last));
my $d = Wonted::Daemon->new($place, set => { dns_zone_file => qq("$zone"), learn_every => '1h', release_smtp => qq("127.0.0.1:$sink->{port}") },
	rules => <<'RULES', more => <<'MORE');
rule spam_word
    reason  "It says so"
    when    subject contains "spam"
    spam    +10

rule threat_word
    reason  "It says so, too"
    when    subject contains "threat"
    threat  +6
RULES
tenant "one" {
	domains = {"one.example"}
}
policy "default" {
	on_spam = quarantine
}
MORE
my ($ann, $bob) = map { "$_\@one.example" } qw(ann bob);
my ($n, $pid) = (0);

# send a message; returns (its verdict, "held" where it is held for all, or what was delivered)
sub mail {
	my (%o) = @_;
	$n++;
	my $from = $o{from} // 'news@shop.example';
	my $m = Wonted::Milter->new(socket => $d->socket, client => { addr => $o{client} // '192.0.2.10' });
	my $r = $m->send(from => $from, to => $o{to} // [$ann], id => "4Xlearn$n", message =>
		join("\n", "From: $from", 'To: x@one.example', 'Subject: ' . ($o{subject} // 'spam') . " $n",
			"Message-ID: <m$n\@test.example>", ($o{list} ? "List-Id: <$o{list}>" : ()), '', 'Hello.', ''));
	$m->quit;
	return 'held' if $r->{reply} eq 'discard';
	return ($r->message =~ /^X-Wonted-Verdict: (\w+)/m)[0];
}
sub becomes {
	my ($want, $about, @mail) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($got, $began) = ('', time);
	Wonted::Place::wait_for(sub { ($got = mail(@mail)) eq $want }, 20);
	is($got, $want, $about);
}
sub hold_of { my (%f) = @_; my ($status, $list) = $d->run('quarantine', 'list', map { ("--$_", $f{$_}) } keys %f); return ($list =~ /^(\S+)  \d{4}-/m)[0] }
sub listed {
	my ($box) = @_;
	my ($status, $text) = $d->run('preferences', 'list', '--json', $box);
	return map { my $p = decode_json($_); ($p->{entry} => $p) } grep { /^\{/ } split /\n/, $text;
}
sub waiting { return glob "$d->{dir}/quarantine/events/*" }
sub events { return map { decode_json($_) } grep { /"kind":"review"/ } split /\n/, Wonted::Place::read_file("$d->{dir}/journal/feedback/current.jsonl") }
sub start_learner {
	unlink "$d->{dir}/feedback";
	$pid = $place->start('learn.log', $learner, '-c', $d->{conf}, '-f');
	Wonted::Place::wait_for(sub { -S "$d->{dir}/feedback" && ($d->run('status'))[1] =~ /^wonted-learn \d/m });
}

$d->start;
start_learner();
my $r = Wonted::Review->new($d);
$r->adduser('rita', 'reviewer of one', '--role', 'reviewer', '--tenant', 'one');
$r->adduser($_, "user of one, $_", '--role', 'user', '--mailbox', "$_\@one.example") for qw(ann bob);
$r->start;
my %b = map { $_ => $r->browser } qw(rita ann bob);
$b{rita}->login('rita', 'reviewer of one');
$b{$_}->login($_, "user of one, $_") for qw(ann bob);
sub act { my ($who, $act, @ids) = @_; return $b{$who}->follow('/act', act => $act, id => [@ids], sure => scalar @ids) }

subtest 'a release by its owner' => sub {
	is(mail(to => [$ann, $bob]), 'held', 'held for both');
	my $id = hold_of(from => 'news@shop.example');
	like(act('ann', 'release', $id)->{body}, qr/Released: 1/, 'she releases her part');
	becomes('wanted', 'the next one is wanted by her');
	is(mail(to => [$bob]), 'held', 'and still held for him');
	is(mail(client => '203.0.113.9'), 'held', 'as is what only says it is of that sender');
	is(mail(subject => 'spam threat'), 'suspicious', 'and a threat stays one');
	my %p = listed($ann);
	is($p{'news@shop.example'}{cause}, 'released from the quarantine', 'the cause is told');
	is($p{'news@shop.example'}{count}, 1, 'it counts once');
	is_deeply([waiting()], [], 'nothing is left to be learned');
	my @e = events();
	is(scalar @e, 1, 'one record in the journal');
	is_deeply([@{ $e[0] }{qw(act teaches by mailbox)}], ['release', 'released', 'ann', $ann], 'that says who did what');
	is_deeply({ listed($bob) }, {}, 'nothing was learned for him');
};

subtest 'undone on the page' => sub {
	my $page = $b{ann}->get('/preferences');
	like($page->{body}, qr/news\@shop\.example.*wanted: released from the quarantine \(1 message\)/s, 'she sees what was learned');
	like($b{ann}->follow('/preferences', entry => 'news@shop.example', wants => '')->{body}, qr/counts from the next message on/, 'and takes it back');
	is(mail(), 'held', 'the very next one is held again');
	is($b{rita}->get('/preferences')->{status}, 403, 'a reviewer has no wishes');
	is($b{rita}->post('/preferences', entry => 'news@shop.example', wants => 'junk')->{status}, 503, 'and states none for others');
};

subtest 'stated on the page' => sub {
	is(mail(from => 'x@club.example', list => 'news.club.example'), 'held', 'a newsletter is held');
	my $id = hold_of(from => 'x@club.example');
	# who asks for a message that is not known makes the learner read on
	$d->run('learn', '--flagged', '-m', $bob, $place->write('mail', "X-Wonted-Id: none-1\n\n"));
	my $page = $b{ann}->get("/hold/$id")->{body};
	like($page, qr/The next message from the list news\.club\.example goes to your inbox, unless it looks dangerous\./, 'what "always" means');
	like($page, qr/The next message from the list news\.club\.example is held here\./, 'what "never" means, by her policy');
	my ($entry) = $page =~ /name="entry" value="([^"]+)"/;
	my ($signer) = $page =~ /name="signer" value="([^"]+)"/;
	$entry =~ s/&lt;/</; $entry =~ s/&gt;/>/;
	is("$entry $signer", '<news.club.example> club.example', 'the entry');
	my @state = ('/preferences', entry => $entry, signer => $signer, hold => $id);
	like($b{ann}->follow(@state, wants => 'wanted')->{body}, qr/counts from the next message on/, 'always wanted');
	is(mail(from => 'x@club.example', list => 'news.club.example'), 'wanted', 'the next one arrives');
	is(mail(from => 'x@club.example', list => 'news.club.example', to => [$bob]), 'held', 'and not for him');
	like($b{ann}->follow(@state, wants => 'junk')->{body}, qr/Now it is junk: stated by ann/, 'never wanted');
	is(mail(from => 'x@club.example', list => 'news.club.example', subject => 'hello'), 'held', 'the next one is held');
	is($b{ann}->post('/preferences', entry => $entry, wants => '', csrf => '')->{status}, 403, 'not from another site');
	like($b{ann}->follow('/preferences', entry => "x\@club.example\nwants junk", wants => 'wanted')->{body}, qr/Not noted: refused/, 'nor with lines of its own');
	my ($audit) = ($d->run('audit', 'show'))[1];
	like($audit, qr/preference/, 'it is written down');
};

subtest 'while nobody learns' => sub {
	is(mail(from => 'a@rival.example'), 'held', 'held');
	is(mail(from => 'a@big.example'), 'held', 'another');
	my ($rival, $big) = map { hold_of(from => "a\@$_.example") } qw(rival big);
	$place->stop($pid);
	act('ann', 'release', $rival);
	act('ann', 'report', $big);
	is(scalar(my @left = waiting()), 2, 'two events wait');
	like($b{ann}->follow('/preferences', entry => 'a@rival.example', wants => 'junk')->{body}, qr/Not noted: wonted-learn/, 'a statement is refused, and said so');
	start_learner();
	becomes('wanted', 'the release is learned', from => 'a@rival.example');
	becomes('wanted', 'the report, too', from => 'a@big.example');
	is_deeply([waiting()], [], 'and nothing is left');
	is(scalar(grep { $_->{message} && $_->{act} =~ /release|report/ } events()), 3, 'once each');
};

subtest 'by reviewers, and deletions' => sub {
	is(mail(from => 'a@news.example'), 'held', 'held');
	my ($status, $out) = $d->run('quarantine', 'release', hold_of(from => 'a@news.example'));
	is($status, 0, 'released by command') or diag $out;
	becomes('wanted', 'a hint: the next is wanted', from => 'a@news.example');
	my %p = listed($ann);
	is($p{'a@news.example'}{strength}, 'weak', 'and no more than one');
	is($p{'a@news.example'}{cause}, 'released by a reviewer', 'as is told');
	is(mail(from => 'a@last.example'), 'held', 'another one');
	($status, $out) = $d->run('quarantine', 'report', hold_of(from => 'a@last.example'));
	like($out, qr/reported as judged wrong/, 'reported by command');
	becomes('wanted', 'it is a hint, too', from => 'a@last.example');
	my $before = @{[events()]};
	mail(from => "a$_\@shop.example") for 1 .. 3;
	($status, $out) = $d->run('quarantine', 'release', '--from', '@shop.example', '--rule', 'spam_word', '--yes');
	Wonted::Place::wait_for(sub { events() >= $before + 3 });
	my @mass = grep { $_->{mass} } events();
	cmp_ok(scalar @mass, '>=', 3, 'a rule\'s victims, released together, are recorded');
	%p = listed($ann);
	ok(!exists $p{'a2@shop.example'}, 'and teach nothing of each') or diag explain $p{'a2@shop.example'};
	is(mail(from => 'z@shop.example', subject => 'hello'), 'wanted', 'a good message of another');
	mail(from => 'z@shop.example', subject => 'spam');
	act('ann', 'delete', hold_of(from => 'z@shop.example'));
	becomes('held', 'what she deletes from there is not wanted', from => 'z@shop.example', subject => 'hello');
};
ok($r->stop, 'the page ends');
done_testing;
