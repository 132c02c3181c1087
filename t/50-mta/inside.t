#!/usr/bin/perl
# Our own mail - from internal networks, after AUTH, from programs on the machine - is never filtered, but
# it is seen and recorded; in observe mode no mail is.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my $site = trial_site()->start;
my @trial = ('X-Trial: malicious spam', 'X-Spam-Flag: NO');
my $body = "Hello,\n\nthis is the text.\n";
my %send = (from => 'bob@example.org', to => [address('ann')]);

sub not_filtered {
	my ($about, $r) = @_;
	subtest $about => sub {
		is($r->{code}, 250, 'taken');
		my ($got) = $site->arrived(address('ann'), $r->{id});
		ok($got, 'delivered') or return;
		is($got->folder, 'Inbox', 'into the Inbox');
		is($got->body, $body, 'unchanged');
		is($got->header('X-Wonted-Verdict'), undef, 'without a verdict');
		is($got->header('X-Trial'), 'malicious spam', 'with all its headers');
		ok(scalar(grep { /\Q$r->{id}\E: / } split /\n/, $site->wonted->log), 'seen by the milter');
	};
}

my $message = message(headers => \@trial, body => $body);
not_filtered('from this machine', $site->mail(%send, client => undef, message => $message));
not_filtered('from outside, after AUTH',
	$site->mail(%send, login => [address('bob'), 'secret'], message => $message));

subtest 'from a program on this machine' => sub {
	my $sendmail = message(headers => ['X-Trial: malicious', 'X-Program: yes'], body => $body);
	ok($site->postfix->sendmail($sendmail), 'sendmail -t takes it');
	my $find = sub { grep { $_->header('X-Program') } $site->dovecot->messages(address('ann')) };
	ok(Wonted::Place::wait_for($find), 'delivered');
	my ($got) = $find->();
	is($got && $got->body, $body, 'unchanged');
};

subtest 'the same message from outside is held' => sub {
	my $r = $site->mail(%send, message => $message);
	is($r->{code}, 250, 'taken');
	is($site->folder_of(address('ann'), $r->{id}), '', 'not delivered');
};

subtest 'many messages in one session, and what is aborted' => sub {
	my $smtp = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' });
	my $first = $smtp->send(from => 'a@example.com', to => [address('ann')],
		message => message(headers => ['X-Trial: suspicious'], body => $body));
	$smtp->command('MAIL FROM:<a@example.com>');
	$smtp->command('RCPT TO:<ann@example.org>');
	is(($smtp->command('RSET'))[0], 250, 'a message is given up');
	my $second = $smtp->send(from => '', to => [address('ann'), 'nobody@example.org', address('bob')],
		message => message(body => $body));
	is($second->{rcpts}{'nobody@example.org'}, 550, 'one recipient does not exist');
	$smtp->quit;
	$site->postfix->finished($_->{id}) for $first, $second;
	my ($got) = $site->arrived(address('ann'), $first->{id});
	is($got->header('X-Wonted-Verdict'), 'suspicious', 'the first is judged by itself');
	($got) = $site->arrived(address('ann'), $second->{id});
	is($got->header('X-Wonted-Verdict'), 'wanted', 'and the second');
	is($site->folder_of(address('bob'), $second->{id}), 'Inbox', 'for both who exist');
};

subtest 'observe mode changes nothing but headers' => sub {
	$site->wonted->configure(set => { mode => 'observe' });
	is(($site->wonted->run('reload'))[0], 0, 'reloaded');
	for my $kind (qw(malicious spam suspicious)) {
		my $r = $site->mail(%send, from => 'a@example.com',
			message => message(headers => ["X-Trial: $kind"], body => $body));
		my ($got) = $site->arrived(address('ann'), $r->{id});
		ok($got, "$kind is delivered") or next;
		is($got->folder, 'Inbox', 'into the Inbox');
		is($got->body, $body, 'unchanged');
		is($got->header('X-Wonted-Verdict'), $kind, 'and the header says what it is');
		is($got->header('X-Spam-Flag'), undef, 'in words that no other filter reads');
	}
	$site->wonted->configure(set => { observe_headers => 'no' });
	is(($site->wonted->run('reload'))[0], 0, 'reloaded');
	my $text = message(headers => ['X-Trial: malicious', 'X-Wonted-Verdict: theirs'], body => $body);
	my $r = $site->mail(%send, from => 'a@example.com', message => $text);
	my ($got) = $site->arrived(address('ann'), $r->{id});
	like($got->bytes, qr/\n\Q$text\E\z/, 'or nothing at all, if so wanted');
};

$site->wonted->stop;
unlike($site->wonted->log, qr{Sanitizer|runtime error}, 'no sanitizer has anything to say');
done_testing;
