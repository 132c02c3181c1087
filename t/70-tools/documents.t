#!/usr/bin/perl
# What documents show is what there is: every option, metric or rule that they name exists,
# every command of ours that they show is one that the tool takes, every line for the shell
# is one that it reads, and every file of contrib/ that they name is there.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use Wonted::Daemon;
use Wonted::Place;

my $build = Wonted::Daemon::build_dir();
my @documents = split /\n/, `git ls-files README INSTALL 'contrib/*README' 'contrib/man/*' conf/wonted.conf.5 rules/README 'rules/*.example' 'contrib/postfix/*' 'contrib/sendmail/*' 'contrib/systemd/*' 'contrib/redis/*' 'contrib/guide/*' contrib/dovecot`;
my %text = map { $_ => Wonted::Place::read_file($_) } @documents;
ok(@documents > 10, scalar(@documents) . ' documents');

# ---- names ----
# what other programs call so
my %foreign = map { $_ => 1 } qw(
	smtpd_milters non_smtpd_milters connect_timeout command_timeout content_timeout default_action
	milter_default_action milter_protocol milter_header_checks smtpd_milter_maps receive_override_options no_milters
	smtp_send_xforward_command mynetworks smtpd_authorized_xforward_hosts smtpd_client_restrictions permit_mynetworks
	message_size_limit header_size_limit recipient_delimiter local_recipient_maps smtpd_recipient_restrictions
	virtual_alias_maps alias_maps queue_directory inet_interfaces rcpt_addr rcpt_mailer mail_addr client_addr client_name client_ptr auth_authen
	auth_type tls_version daemon_name daemon_addr mail_plugins sieve_before sieve_plugins main_cf master_cf sieve_after
	sieve_spamtest_status_type sieve_spamtest_status_header sieve_spamtest_max_value
	imap_sieve specialuse_exists wonted_flags wonted_from_junk wonted_from_promotions wonted_to_junk wonted_to_promotions
	smtpd_relay_restrictions syslog_name forged_own_domain wonted_junk expires_s enable_original_recipient
	client_ip unix_time
);
my %known;
$known{$1} = 1 while `$build/wonted check --print-conf` =~ /^#?\s*([a-z][a-z0-9_]*)(?= =)/mg && $1;
$known{$_} = 1 for `$build/wonted check --print-conf` =~ /\b([a-z0-9]+(?:_[a-z0-9]+)+)\b/g;
for my $table (grep { !/options\.def/ } split /\n/, `git ls-files 'milter/*.def'`) {
	my $rows = Wonted::Place::read_file($table);
	$known{$_} = 1 for $rows =~ /\b([a-z0-9]+(?:_[a-z0-9]+)+)\b/g;
}
for my $file (split /\n/, `git ls-files 'rules/*.rules' 'rules/lists/*'`) {
	my $rules = Wonted::Place::read_file($file);
	$known{$_} = 1 for $rules =~ /\b([a-z0-9]+(?:_[a-z0-9]+)+)\b/g;
}
my $line = Wonted::Place::read_file('milter/journal/log_line.c');
$known{$_} = 1 for $line =~ /\b([a-z]+(?:_[a-z]+)+)(?=[="])/g;
for my $name (sort keys %text) {
	my $plain = $text{$name};
	my %wrong;
	while ($plain =~ /(?<![-\w\/.:{\$\x40])([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?![-\w\/(])/g) {
		my $word = $1;
		$wrong{$word} = 1 unless $known{$word} || $foreign{$word} || $word =~ /^milter_|^sieve_|^imapsieve_/;
	}
	# rules that an example defines, and what it says of them
	delete $wrong{$_} for $plain =~ /\b(?:rule|list|policy|test|tenant|adjust|override)\s+"?(\w+)/g;
	is(join(' ', sort keys %wrong), '', "$name names what there is");
}

# ---- files ----
for my $name (sort keys %text) {
	my @gone = grep { !-e $_ && !-e s{/$}{}r } map { s/[.,)]+$//r } $text{$name} =~ m{(?<![\w/.-])((?:contrib|conf|rules|milter)/[\w.*/-]+)}g;
	@gone = grep { !glob($_) } @gone;
	is(join(' ', @gone), '', "$name names files that are there");
}

# ---- commands ----
my $place = Wonted::Place->new;
my $daemon = Wonted::Daemon->new($place, set => { store => '"lmdb:' . $place->path('behavior.lmdb') . '"' });
my $message = $place->write('some.eml', "From: Bob <bob\@example.net>\nTo: ann\@example.org\nSubject: x\nMessage-ID: <1\@example.net>\nDate: Tue, 10 Nov 2026 10:00:00 +0000\n\nHello.\n");
my $people = $place->write('people.csv', "name,addresses\nAnn Other,ann\@example.org\n");
my $boxes = $place->write('boxes.csv', "address,kind\nann\@example.org,user\n");
my $map = $place->write('map', "office\@example.org ann\@example.org\n");
my %stand_in = (QUEUEID => 'ABC123', FILE => $message, 'FILE...' => $message, MAP => $map, ADDRESS => 'ann@example.org', ID => '1-1-1');

# a line of text as a command of ours: continued lines are one, what explains it is no part of it
sub commands_of {
	my ($name) = @_;
	my $text = $text{$name} =~ s/\\\n\s*/ /gr;
	my @found;
	for my $line (split /\n/, $text) {
		next unless $line =~ /^ {4,}(?:runuser -u wonted -- |sudo )?(wonted(?:-milter|-learn)? .*)$/;
		push @found, $1 =~ s/ {3,}\S.*$//r;
	}
	return @found;
}
for my $name (grep { $_ !~ /\.conf(\.5)?$/ } sort keys %text) {
	for my $command (commands_of($name)) {
		next if $command =~ /[|<>;`]/ && $command !~ /^wonted \S+ .*<\w/;
		my ($program, @words) = split ' ', $command;
		next if !@words || $words[0] =~ /^[:=-]*$/ || $command =~ /^wonted-\w+ (?!-)/;
		my $help = $program eq 'wonted' && $words[0] !~ /^-/ ? `$build/wonted $words[0] --help 2>&1` : `$build/$program --help 2>&1`;
		is($? >> 8, 0, "$name: \"$command\": the command is there");
		my @unknown = grep { $_ ne '--help' && $help !~ /\Q$_\E\b/ } map { /^(--[a-z-]+)/ ? $1 : () } @words;
		is(join(' ', @unknown), '', '... and its options');
	}
}

# ---- the shell ----
for my $name (grep { m{README$|INSTALL$|/guide/} } sort keys %text) {
	my @lines = grep { /^ {4}(?:apt-get|install|make|systemctl|chown|chgrp|chmod|runuser|usermod|userdel|groupdel|cat|cp|rm|postfix|postconf|sievec|redis-cli|useradd|wonted)\b/ } split /\n/, $text{$name} =~ s/\\\n\s*/ /gr;
	for my $line (@lines) {
		(my $command = $line) =~ s/^ +//;
		$command =~ s/ {3,}\S.*$//;
		$place->write('line.sh', "$command\n");
		my $said = `bash -n @{[$place->path('line.sh')]} 2>&1`;
		is($said, '', "$name: the shell reads: $command");
		like($command, qr/^(?!runuser).|--\s+\S/, '... and a command for another user stands behind --') if $command =~ /^runuser/;
	}
}
done_testing;
