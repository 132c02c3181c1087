#!/usr/bin/perl
# "wonted setup": shows, does, and takes out again what Postfix, Sendmail and Dovecot need, in folders of
# configuration of our own. Other milters and lines stay as they are.
use strict; use warnings;
use lib 't/lib';
use File::Path ();
use Test::More;
use Wonted::Daemon;
use Wonted::Place;

plan skip_all => 'the programs are not built' unless Wonted::Daemon::built();
my $place = Wonted::Place->new;
my $d = Wonted::Daemon->new($place, zone => '');
sub text { return Wonted::Place::read_file($_[0]) // '' }
sub setup { my ($status, $text) = $d->run('setup', @_); return "$status $text" }
# a comment at the end is all that differs, if anything
my $conf = $d->{conf};

subtest 'Postfix' => sub {
	plan skip_all => 'no Postfix' unless -x '/usr/sbin/postconf';
	my $etc = $place->path('postfix');
	mkdir $etc;
	my $main = "compatibility_level = 3.6\nqueue_directory = /var/spool/postfix\nmyhostname = mx.example.org\n# keep me\nmydestination = \$myhostname, example.org, localhost, localhost.localdomain\n"
	    . "virtual_mailbox_domains = example.net hash:/etc/postfix/domains\nsmtpd_milters = inet:127.0.0.1:8891, { unix:opendmarc/sock, command_timeout=5s }\n";
	my $master = "smtp      inet  n       -       y       -       -       smtpd\n";
	$place->write('postfix/main.cf', $main);
	$place->write('postfix/master.cf', $master);
	my $conf_was = "socket = \"unix:/var/spool/postfix/wonted/wonted.sock\"\nrelease_smtp = \"127.0.0.1:10026\"\n";
	$place->write('wonted/wonted.conf', $conf_was);
	my $value = sub { my ($p) = @_; chomp(my $v = `postconf -c $etc -h $p`); return $v };
	my @args = ('postfix', '--config-dir', $etc);

	my $shown = setup(@args);
	like($shown, qr/^0 /, 'shown');
	like($shown, qr/\+ .*domains = \{ "mx\.example\.org", "example\.org", "example\.net" \}/, 'a tenant of the domains that Postfix has');
	like($shown, qr/postconf -c \S+ -e 'smtpd_milters = inet:127\.0\.0\.1:8891, \{ unix:opendmarc\/sock, command_timeout=5s \}, \{ unix:wonted\/wonted\.sock, connect_timeout=10s, .*default_action=accept \}'/, 'the exact line, behind those that are there');
	like($shown, qr/virtual_mailbox_domains has a map/, 'what cannot be read is told');
	like($shown, qr/nothing was changed/, 'and that is all');
	is(text("$etc/main.cf") . text("$etc/master.cf") . text($conf), $main . $master . $conf_was, 'indeed');

	like(setup(@args, '--apply'), qr/^0 .*kept \S+main\.cf as \S+main\.cf\.before-wonted-\d/s, 'done');
	is(text((glob "$etc/main.cf.before-wonted-*")[0]), $main, 'with a copy of main.cf');
	is(text((glob "$etc/master.cf.before-wonted-*")[0]), $master, '... and of master.cf');
	is(text((glob "$conf.before-wonted-*")[0]), $conf_was, '... and of wonted.conf');
	like($value->('smtpd_milters'), qr/^inet:127\.0\.0\.1:8891, \{ unix:opendmarc.*\}, \{ unix:wonted\/wonted\.sock,.*\}$/, 'smtpd_milters');
	like($value->('non_smtpd_milters'), qr/^\{ unix:wonted/, 'non_smtpd_milters');
	like(`postconf -c $etc -M 127.0.0.1:10026/inet`, qr/^127\.0\.0\.1:10026 +inet .*smtpd.*-o smtpd_milters= /s, 'and the listener of releases');
	like(text("$etc/main.cf"), qr/^# keep me$/m, 'comments stay');
	my $after = text("$etc/main.cf");
	like(setup(@args, '--apply'), qr/^0 nothing to do: it is as it should be/, 'a second time there is nothing to do');
	is(text("$etc/main.cf"), $after, '... and nothing is done');

	$place->write('wonted/wonted.conf', text($conf) =~ s/, "example\.net"//r);
	like(setup(@args), qr/example\.net is a mail domain here, and of no tenant/, 'a domain that nobody has');
	like(setup(@args, '--remove', '--apply'), qr/^0 /, 'and out again');
	is($value->('smtpd_milters'), 'inet:127.0.0.1:8891, { unix:opendmarc/sock, command_timeout=5s }', 'other milters stay');
	is($value->('non_smtpd_milters'), '', 'of none nothing is left');
	is(`postconf -c $etc -M 127.0.0.1:10026/inet 2>/dev/null`, '', '... nor of the listener');
	like(setup(@args, '--remove', '--apply'), qr/nothing of wonted in it/, 'a second time there is nothing left');
	like(setup('postfix', '--config-dir', '/nowhere'), qr/^3 wonted setup: postconf -c: .*nowhere/, 'no such folder');
};

subtest 'Sendmail' => sub {
	my $mc = "OSTYPE(`debian')dnl\nINPUT_MAIL_FILTER(`opendkim', `S=inet:8891\@localhost')dnl\nMAILER(`local')dnl\nMAILER(`smtp')dnl\n";
	my $etc = $place->path('mail');
	$place->write('mail/sendmail.mc', $mc);
	$place->write('mail/local-host-names', "# ours\nexample.org\nlocalhost\n");
	$place->write('wonted/wonted.conf', "socket = \"unix:/run/wonted/wonted.sock\"\nrelease_smtp = \"127.0.0.1:10027\"\n");
	my @args = ('sendmail', '--config-dir', $etc);
	like(setup(@args), qr/  \+ INPUT_MAIL_FILTER\(`wonted', `S=(?:local|unix):\/run\/wonted\/wonted\.sock, F=, T=C:10s;S:30s;R:30s;E:\d+s'\)dnl\n/, 'shown');
	is(text("$etc/sendmail.mc"), $mc, '... and not done');
	like(setup(@args, '--apply'), qr/^0 /, 'done');
	like(text("$etc/sendmail.mc"), qr/opendkim.*\ndnl # wonted setup begin\nINPUT_MAIL_FILTER\(`wonted'.*\nDAEMON_OPTIONS\(`Name=release, Port=10027, Addr=127\.0\.0\.1, InputMailFilters='\)dnl\ndnl # wonted setup end\nMAILER\(`local'\)/, 'above the mailers, behind other filters');
	like(text($conf), qr/domains = \{ "example\.org" \}/, 'and a tenant');
	like(setup(@args, '--apply'), qr/nothing to do/, 'a second time there is nothing to do');
	like(setup(@args, '--remove', '--apply'), qr/^0 /, 'and out again');
	is(text("$etc/sendmail.mc"), $mc, 'as it was');
};

subtest 'Dovecot' => sub {
	plan skip_all => 'no Dovecot' unless -x '/usr/sbin/dovecot';
	my $etc = $place->path('dovecot');
	File::Path::make_path("$etc/conf.d");
	my @args = ('dovecot', '--config-dir', $etc, '--contrib', 'contrib');
	like(setup(@args), qr/^0 .*90-wonted\.conf:\n  \+ # Dovecot 2\.[34]/s, 'shown');
	ok(!-e "$etc/conf.d/90-wonted.conf", '... and not done');
	like(setup(@args, '--apply'), qr/wrote \S+90-wonted\.conf/, 'done');
	ok(-e "$etc/sieve/wonted-junk.sieve", 'with the script');
	like(setup(@args, '--apply'), qr/nothing to do/, 'a second time there is nothing to do');
	$place->write('dovecot/sieve/wonted-junk.sieve', "# mine\n");
	like(setup(@args, '--remove', '--apply'), qr/removed \S+90-wonted\.conf.*wonted-junk\.sieve was changed by somebody, and stays/s, 'and out again, but what was changed');
	ok(!-e "$etc/conf.d/90-wonted.conf", 'indeed');
	is(text("$etc/sieve/wonted-junk.sieve"), "# mine\n", '... and that is there');
};
done_testing;
