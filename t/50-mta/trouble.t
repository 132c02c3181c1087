#!/usr/bin/perl
# When something fails, mail passes: the milter is killed, stopped, not there; its configuration is wrong.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my $site = trial_site()->start;
my $wonted = $site->wonted;

sub verdict {
	my (%o) = @_;
	my $r = $site->mail(from => 'a@example.com', to => [address('ann')],
		message => message(headers => ['X-Trial: suspicious']), %o);
	my ($got) = $site->arrived(address('ann'), $r->{id} // '-');
	return $got ? $got->header('X-Wonted-Verdict') // 'none' : "not delivered: $r->{code} $r->{text}";
}

is(verdict(), 'suspicious', 'mail is filtered');

subtest 'a bad configuration never replaces a good one' => sub {
	my $good = $wonted->{more};
	$wonted->configure(more => "$good\nno_such_option = 1\n");
	my ($status, $said) = $wonted->run('reload');
	isnt($status, 0, 'reload says no');
	like($said, qr/no_such_option/, 'and why');
	is(verdict(), 'suspicious', 'mail is filtered as before');
	kill 'HUP', $wonted->{pid};
	my $twice = sub { 2 <= (() = $wonted->log =~ /not reloaded/g) };
	ok(Wonted::Place::wait_for($twice), 'HUP says so in the log');
	is(verdict(), 'suspicious', 'mail is filtered as before');
	$wonted->configure(more => $good);
};

subtest 'bad rules never replace good ones' => sub {
	my $good = Wonted::Place::read_file($site->place->path('rules/10-trial.rules'));
	$site->place->write('rules/10-trial.rules', "$good\nrule broken\n    when from.adress is \"x\"\n");
	my ($status, $said) = $wonted->run('reload');
	isnt($status, 0, 'reload says no');
	like($said, qr/10-trial\.rules:\d+/, 'and where');
	is(verdict(), 'suspicious', 'mail is filtered as before');
	$site->place->write('rules/10-trial.rules', $good =~ s/threat \+6\b/threat +13/r);
	is(($wonted->run('reload'))[0], 0, 'good rules are taken');
	like(verdict(), qr/^not delivered: 250/, 'and hold what was bannered before');
	$site->place->write('rules/10-trial.rules', $good);
	kill 'HUP', $wonted->{pid};
	my $back = sub { 2 <= (() = $wonted->log =~ /^(?:\S+ )?reloaded/mg) };
	ok(Wonted::Place::wait_for($back), 'HUP takes them too');
	is(verdict(), 'suspicious', 'all as it was');
};

subtest 'a session keeps the configuration that it began with, and outlives a reload' => sub {
	my $smtp = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' });
	is(($smtp->command('MAIL FROM:<a@example.com>'))[0], 250, 'a message has begun');
	is(($smtp->command('RCPT TO:<ann@example.org>'))[0], 250, 'for ann');
	is(($wonted->run('reload'))[0], 0, 'reloaded');
	is(($smtp->command('DATA'))[0], 354, 'its text comes after');
	my $text = message(headers => ['X-Trial: suspicious']) =~ s/\n/\r\n/gr;
	my ($code, $said) = $smtp->command("$text.");
	is($code, 250, 'taken');
	my ($id) = $said =~ /queued as (\w+)/;
	$smtp->quit;
	$site->postfix->finished($id);
	my ($got) = $site->arrived(address('ann'), $id);
	is($got->header('X-Wonted-Verdict'), 'suspicious', 'filtered');
};

subtest 'killed in the middle of a message' => sub {
	my $smtp = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' });
	$smtp->command('MAIL FROM:<a@example.com>');
	$smtp->command('RCPT TO:<ann@example.org>');
	is(($smtp->command('DATA'))[0], 354, 'the text is to come');
	$wonted->stop(signal => 'KILL');
	my $text = message(headers => ['X-Trial: suspicious']) =~ s/\n/\r\n/gr;
	my ($code, $said) = $smtp->command("$text.");
	is($code, 250, 'Postfix takes it all the same');
	my ($id) = $said =~ /queued as (\w+)/;
	$smtp->quit;
	$site->postfix->finished($id);
	my ($got) = $site->arrived(address('ann'), $id);
	ok($got, 'and delivers it');
};

is(verdict(), 'none', 'without a milter mail passes');
ok(-S $site->place->path('wonted/sock'), 'a dead socket is left behind');
eval { $wonted->start } or diag $@;
is(verdict(), 'suspicious', 'a new one takes its place');

subtest 'a second daemon does not take the socket of one that lives' => sub {
	my ($status, $said) = run_second();
	isnt($status, 0, 'it does not start');
	is(verdict(), 'suspicious', 'and the first one still filters');
};

sub run_second {
	my $program = Wonted::Daemon::build_dir() . '/wonted-milter';
	my $said = `timeout -k 5 5 $program -f -c $wonted->{conf} 2>&1`;
	return ($?, $said);
}

subtest 'told to stop, it ends the message that is at its end' => sub {
	$site->place->write('zone', "\$DELAY 1200\nexample.com. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n");
	$wonted->configure(set => { dns_timeout => '5s' });
	$wonted->stop;
	$wonted->start;
	my $smtp = $site->postfix->client(client => { addr => '192.0.2.10', name => 'mail.example.com' });
	$smtp->command('MAIL FROM:<a@example.com>');
	$smtp->command('RCPT TO:<ann@example.org>');
	$smtp->command('DATA');
	my $text = message(headers => ['X-Trial: suspicious']) =~ s/\n/\r\n/gr;
	print { $smtp->{fh} } "$text.\r\n";
	$smtp->{fh}->flush;
	# Postfix has read it and asks the milter, whose DNS answers take more than a second
	my ($message_id) = $text =~ /^Message-ID: (\S+)\r/m;
	ok(Wonted::Place::wait_for(sub { $site->postfix->log(qr/message-id=\Q$message_id\E/) }),
		'a message is at its end');
	ok($wonted->stop, 'the daemon ends by itself');
	my ($code, $said) = $smtp->reply;
	is($code, 250, 'the message is taken');
	my ($id) = $said =~ /queued as (\w+)/;
	$smtp->quit;
	$site->postfix->finished($id);
	my ($got) = $site->arrived(address('ann'), $id);
	is($got && $got->header('X-Wonted-Verdict'), 'suspicious', 'and was filtered');
};

is_deeply({ $site->postfix->queue }, {}, 'nothing is left in the queue');
unlike($site->wonted->log, qr{Sanitizer|runtime error}, 'no sanitizer has anything to say');
done_testing;
