#!/usr/bin/perl
# Through a real Postfix into real mailboxes: each action does what it says, to those it concerns.
use strict;
use warnings;
use lib 't/lib';
use Wonted::Root;
BEGIN { Wonted::Root::need() }
use Test::More;
use Wonted::Trial;

plan skip_all => 'wonted-milter is not built' unless Wonted::Daemon::built();
my $site = trial_site()->start;
my $body = "Hello,\n\nthis is the text.\n.a dot\nFrom here on\n-- \nSomebody\n";

sub send_to {
	my ($to, @headers) = @_;
	return $site->mail(from => 'somebody@example.com', to => [address(@$to)],
		message => message(headers => \@headers, body => $body));
}
sub copy { my ($who, $r) = @_; return ($site->arrived(address($who), $r->{id}))[0] }
sub lands {
	my ($r, $who, $folder, $about) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($site->folder_of(address($who), $r->{id}), $folder, $about);
}

subtest 'wanted mail passes, told by headers only' => sub {
	my $r = send_to(['ann']);
	is($r->{code}, 250, 'taken');
	lands($r, 'ann', 'Inbox', 'into the Inbox');
	my $got = copy('ann', $r);
	is($got->body, $body, 'its body unchanged');
	is($got->header('X-Wonted-Verdict'), 'wanted', 'verdict');
	is($got->header('X-Wonted-Action'), 'pass', 'action');
	like($got->header('Authentication-Results'), qr/^mx\.example\.org;.*\bspf=pass\b/s, 'our results');
	is($got->header('X-Spam-Flag'), undef, 'no spam flag');
};

subtest 'what others wrote in our name is gone, what is theirs stays' => sub {
	my $r = send_to(['ann'],
		'Authentication-Results: mx.example.org; dmarc=pass header.from=example.com',
		'Authentication-Results: other.example.com; spf=pass smtp.mailfrom=example.com',
		'X-Wonted-Verdict: wanted by me', 'X-Wonted-Whatever: 1', 'X-Spam-Flag: YES');
	lands($r, 'ann', 'Inbox', 'a forged spam flag files nothing into Junk');
	my $got = copy('ann', $r);
	my @results = $got->header('Authentication-Results');
	is(scalar @results, 2, 'two Authentication-Results');
	unlike($results[0], qr/dmarc=pass/, 'the forged one is not ours');
	like($results[1], qr/^other\.example\.com/, 'the foreign one stays');
	is_deeply([$got->header('X-Wonted-Verdict')], ['wanted'], 'one verdict');
	is($got->header('X-Wonted-Whatever'), undef, 'and nothing else of our name');
};

subtest 'suspicious mail gets a banner' => sub {
	my $r = send_to(['ann', 'bob'], 'X-Trial: suspicious');
	for my $who (qw(ann bob)) {
		lands($r, $who, 'Inbox', "$who has it");
		my $got = copy($who, $r);
		is($got->header('X-Wonted-Action'), 'banner', 'the header says that it is there');
		is($got->header('X-Wonted-Reasons'), undef, 'and nothing of why');
		like($got->body, qr/CAUTION.*Says that it is suspicious/s,
			'it is there, with the reason');
		like($got->body, qr/\Q$body\E\z/, 'the text follows unchanged');
	}
};

subtest 'spam goes to Junk, past the user\'s own script' => sub {
	$site->dovecot->put(address('carol'), '.dovecot.sieve',
		"require [\"fileinto\", \"mailbox\"];\nfileinto :create \"Mine\";\n");
	my $r = send_to(['ann', 'carol'], 'X-Trial: spam');
	lands($r, $_, 'Junk', "$_ finds it in Junk") for qw(ann carol);
	my $got = copy('ann', $r);
	is($got->header('X-Spam-Flag'), 'YES', 'X-Spam-Flag');
	like($got->bytes, qr/^X-Spam-Flag: YES$/m, 'written as simple readers look for it');
	is($got->header('X-Spam-Level'), undef, 'and no points');
	is($got->header('X-Wonted-Action'), 'junk', 'X-Wonted-Action');
	is($got->body, $body, 'its body unchanged');
	lands(send_to(['carol']), 'carol', 'Mine', 'the script still files what is wanted');
};

subtest 'junk by extension reaches Junk without a word to the others' => sub {
	my $r = send_to(['dora', 'frida'], 'X-Trial: spam');
	lands($r, 'dora', 'Junk', 'dora finds it in Junk');
	lands($r, 'frida', 'Inbox', 'frida, who is only observed, in the Inbox');
	is(copy('frida', $r)->header('X-Spam-Flag'), undef, 'her copy is not flagged');
};

subtest 'reject and defer are told to the client' => sub {
	my $r = send_to(['erik'], 'X-Trial: spam');
	is($r->{code}, 550, 'rejected');
	like($r->{text}, qr{^5\.7\.1 Message refused by policy \([0-9a-f-]+\)}, 'with an id and no reason');
	$r = send_to(['erik'], 'X-Trial: malicious');
	is($r->{code}, 451, 'deferred');
	is(scalar(grep { $_->header('X-Trial') } $site->dovecot->messages(address('erik'))), 0,
		'nothing was delivered');
};

subtest 'several recipients, several outcomes, and a release' => sub {
	my $r = send_to(['ann', 'erik', 'frida'], 'X-Trial: malicious');
	is($r->{code}, 250, 'taken');
	lands($r, 'ann', '', 'ann has nothing');
	lands($r, 'erik', '', 'erik, whose deferral could not be said to all, has nothing');
	lands($r, 'frida', 'Inbox', 'frida, who is only observed, has it');
	is(copy('frida', $r)->body, $body, 'unchanged');
	my ($status, $said) = $site->wonted->run('quarantine', 'show', $r->{id});
	is($status, 0, 'it is in the quarantine') or diag $said;
	like($said, qr/^recipient +\Q$_\E, malicious, held(?:,|$)/m, "for $_") for address(qw(ann erik));
	unlike($said, qr/frida/, 'and for nobody else');
	like($said, qr/Says that it is malicious/, 'with the reason');

	my $lines = () = $site->wonted->log =~ /verdict=/g;
	($status, $said) = $site->wonted->run('quarantine', 'release', $r->{id});
	is($status, 0, 'released') or diag $said;
	my $released = sub {
		my @all = $site->dovecot->messages(address(shift));
		return grep { ($_->header('X-Trial') // '') eq 'malicious' } @all;
	};
	ok(Wonted::Place::wait_for(sub { $released->('ann') && $released->('erik') }, 15), 'it arrives');
	for my $who (qw(ann erik)) {
		my ($got) = $released->($who);
		is($got->body, $body, "$who gets the body as it was sent");
		is($got->folder, 'Inbox', 'in the Inbox');
	}
	is(scalar(() = $released->('frida')), 1, 'frida gets no second copy');
	is(scalar(() = $site->wonted->log =~ /verdict=/g), $lines, 'it was not scanned again');
	($status, $said) = $site->wonted->run('quarantine', 'list');
	unlike($said, qr/\Q$r->{id}\E|A trial/, 'it is not held any more');
	($status) = $site->wonted->run('quarantine', 'release', $r->{id});
	isnt($status, 0, 'and cannot be released twice');
};

subtest 'what is released brings nothing in our name' => sub {
	my $r = $site->mail(from => 'somebody@example.com', to => [address('ann')], message => message(headers => ['X-Trial: malicious',
		'X-Wonted-Verdict: forged', "Authentication-Results: other.example; dmarc=pass", 'X-Spam-Flag : forged', 'x-wonted-verdict: forged too', 'X-Mark: released']));
	lands($r, 'ann', '', 'held');
	is(($site->wonted->run('quarantine', 'release', $r->{id}))[0], 0, 'released');
	my ($got) = ();
	my $arrived = sub { ($got) = grep { ($_->header('X-Mark') // '') eq 'released' } $site->dovecot->messages(address('ann')) };
	ok(Wonted::Place::wait_for($arrived, 15), 'it arrives');
	is(join(' ', $got->header('X-Wonted-Verdict')), 'malicious', 'with our verdict, and no other');
	is($got->header('X-Spam-Flag'), undef, 'without a mark');
	is($got->header('X-Wonted-Reasons'), undef, 'and without reasons, as it may leave the house');
	my @results = $got->header('Authentication-Results');
	like($results[0], qr/spf=/, 'our results on top');
	like($results[1] // '', qr/other\.example/, 'and what is of others');
	is(scalar @results, 2, 'no more');
	my ($first) = grep { /held by wonted/ } $got->header('Received');
	like($first // '', qr/from mail\.example\.com \(mail\.example\.com \[192\.0\.2\.10\]\)\s+by \S+ \(held by wonted\) id \S+;\s+\w{3}, \d+ \w{3} \d{4} [\d:]{8} \+0000/, 'it tells of its first arrival');
};

# Postfix knows a recipient by the address it made of what the client wrote. A hold that does not take
# this one off would be delivered as well.
subtest 'no spelling of a recipient gets past a hold' => sub {
	for my $to ('@relay.example:ann@example.org', '@one.example,@two.example:ann@example.org', 'Ann <ann@example.org>',
		'@one.example:<ann@example.org>', '"ann"@example.org', 'ANN@Example.ORG', 'ann@example.org.', 'ann(x)@example.org') {
		my $r = $site->mail(from => 'somebody@example.com', to => [$to, address('frida')],
			message => message(headers => ['X-Trial: malicious']));
		is($site->folder_of(address('ann'), $r->{id}), '', "$to is held and not delivered");
		is($site->folder_of(address('frida'), $r->{id}), 'Inbox', 'the other gets hers');
	}
};

subtest 'held for all: the MTA discards what is safe on disk' => sub {
	my $r = send_to(['ann', 'bob'], 'X-Trial: malicious');
	is($r->{code}, 250, 'the client hears that it is taken');
	lands($r, $_, '', "$_ has nothing") for qw(ann bob);
	my ($status, $raw) = $site->wonted->run('quarantine', 'show', '--raw', $r->{id});
	is($status, 0, 'it is in the quarantine');
	like($raw =~ s/\r\n/\n/gr, qr/\n\n\Q$body\E\z/, 'as it came');
	($status) = $site->wonted->run('quarantine', 'delete', $r->{id});
	is($status, 0, 'deleted');
	($status) = $site->wonted->run('quarantine', 'release', $r->{id});
	isnt($status, 0, 'what is deleted cannot be released');
};

subtest 'explain tells the same by queue id' => sub {
	my $r = send_to(['ann'], 'X-Trial: suspicious');
	my ($status, $said) = $site->wonted->run('explain', $r->{id});
	is($status, 0, 'known') or diag $said;
	like($said, qr/suspicious/, 'the verdict');
	like($said, qr/Says that it is suspicious/, 'the reason');
	my @lines = grep { /^(?:\S+ )?\Q$r->{id}\E: .*verdict=suspicious/ } split /\n/, $site->wonted->log;
	is(scalar @lines, 1, 'and one line in the log');
};

is_deeply({ $site->postfix->queue }, {}, 'nothing is left in the queue');
ok($site->wonted->stop, 'the milter ends when it is told');
unlike($site->wonted->log, qr{Sanitizer|runtime error}, 'no sanitizer has anything to say');
unlike($site->wonted->log, qr{: warning: the MTA}, 'and nothing that Postfix says is strange to the milter');
done_testing;
