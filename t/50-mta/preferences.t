#!/usr/bin/perl
# A user moves a newsletter to Junk, with a real mail client's commands, and the next one from that list
# is junk for that user and for nobody else - through Postfix, Dovecot and the shipped Sieve scripts.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Time::HiRes qw(time);
use Wonted::Trial;

plan skip_all => 'wonted-learn is not built' unless -x Wonted::Daemon::build_dir() . '/wonted-learn';
my $site = trial_site(feedback => 1, wonted => { set => { learn_every => '1h' } })->start;
my $dovecot = $site->dovecot;
my ($ann, $bob) = address(qw(ann bob));
my $count = 0;

# one issue of the list, for both; returns the reply, with the Message-ID
sub issue {
	my (%o) = @_;
	my $id = 'issue-' . ++$count . '@example.com';
	my $r = $site->mail(from => $o{from} // 'news@example.com', to => $o{to} // [$ann, $bob], message => message(id => $id,
		headers => ['List-Id: <' . ($o{list} // 'news.example.com') . '>', @{ $o{headers} // [] }]));
	$r->{message_id} = $id;
	return $r;
}
sub folder { my ($r, $who) = @_; return $site->folder_of($who, $r->{id}) }
sub entries {
	my ($status, $said) = $site->wonted->run('preferences', 'list', '--acts', @_);
	return $said;
}
sub hears { my ($what) = @_; return Wonted::Place::wait_for(sub { entries($ann) =~ $what }, 20) }

my $first = issue();
is(folder($first, $_), 'Inbox', "at first $_ has it in the Inbox") for $ann, $bob;

subtest 'to Junk' => sub {
	ok($dovecot->move($ann, $first->{message_id}, 'INBOX', 'Junk'), 'she moves it to Junk');
	ok(hears(qr/^junk\t<news\.example\.com>\tstrong\tmoved to Junk\t1\t/m), 'it is heard of') or diag entries($ann);
	my $next = issue();
	is(folder($next, $ann), 'Junk', 'the next one is in her Junk');
	is(folder($next, $bob), 'Inbox', 'and in his Inbox');
	my ($his) = $site->arrived($bob, $next->{id});
	is(join(' ', $his->header('X-Wonted-Verdict')), 'wanted', 'his copy tells nothing of her');
	unlike($his->bytes, qr/X-Spam-Flag|reference|moved to Junk/, 'in no field');
	my $alone = issue(to => [$ann]);
	is(folder($alone, $ann), 'Junk', 'one for her alone, too');
	is(folder(issue(to => [$ann], list => 'other.example.com', from => 'else@example.com'), $ann), 'Inbox', 'another list is another matter');
	is(folder(issue(to => [$bob]), $bob), 'Inbox', 'as he is');
};

subtest 'and back' => sub {
	ok($dovecot->move($ann, $first->{message_id}, 'Junk', 'INBOX'), 'she moves it back');
	ok(hears(qr/moved to Junk, and taken back/), 'it is heard of') or diag entries($ann);
	is(folder(issue(), $ann), 'Inbox', 'the next one is in her Inbox again');
};

subtest 'what says nothing' => sub {
	my $junk = issue(headers => ['X-Trial: spam'], list => 'spam.example.com', from => 'spam@example.com', to => [$ann]);
	is(folder($junk, $ann), 'Junk', 'filed at delivery');
	ok($dovecot->move($ann, $junk->{message_id}, 'Junk', 'Trash'), 'thrown away');
	my $seen = issue(list => 'last.example.com', from => 'last@example.com', to => [$ann]);
	$dovecot->move($ann, $seen->{message_id}, 'INBOX', 'Promotions');
	ok(hears(qr/<last\.example\.com>/), 'what follows is heard of') or diag entries($ann);
	unlike(entries($ann), qr/spam\.example\.com|spam\@example/, 'the rest is not');
};

subtest 'answered' => sub {
	my $r = issue(headers => ['X-Trial: spam'], list => 'talk.example.com', from => 'talk@example.com', to => [$ann]);
	is(folder($r, $ann), 'Junk', 'spam by a rule');
	$dovecot->imap($ann, 'SELECT Junk', 'STORE 1:* +FLAGS (\\Answered)');
	ok(hears(qr/^wanted\t<talk\.example\.com>\tweak\tanswered\t1/m), 'it is heard of') or diag entries($ann);
	is(folder(issue(headers => ['X-Trial: spam'], list => 'talk.example.com', from => 'talk@example.com', to => [$ann]), $ann), 'Inbox', 'it was wanted');
	is(folder(issue(headers => ['X-Trial: malicious'], list => 'talk.example.com', from => 'talk@example.com', to => [$ann]), $ann), '', 'but a threat is held');
};

done_testing;
