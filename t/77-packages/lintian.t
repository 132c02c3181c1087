#!/usr/bin/perl
# What `make deb` made, as Debian's own checker sees it, and what lies in it.
use strict; use warnings;
use Test::More;

my ($changes) = glob 'build/deb/*.changes';
plan skip_all => 'there are no packages: make deb' unless $changes;
my %in;
for my $deb (glob 'build/deb/*.deb') {
	my ($name) = $deb =~ m{/([^_/]+)_};
	$in{$name} = { map { m{^(\S+) (\S+) .* \.(/\S+?)(?: -> .*)?$} ? ($3 => "$1 $2") : () } qx(dpkg-deb -c $deb) };
}
is_deeply([sort keys %in], [qw(wonted wonted-learn wonted-milter wonted-review)], 'four packages');
for my $daemon (qw(milter learn review)) {
	my $has = $in{"wonted-$daemon"};
	ok($has->{"/usr/sbin/wonted-$daemon"}, "wonted-$daemon: the program");
	ok($has->{"/lib/systemd/system/wonted-$daemon.service"}, '... its unit');
	ok($has->{"/usr/share/man/man8/wonted-$daemon.8.gz"}, '... its manual page');
	my ($deb) = glob "build/deb/wonted-${daemon}_*.deb";
	my $unit = qx(dpkg-deb --fsys-tarfile $deb | tar -xO ./lib/systemd/system/wonted-$daemon.service);
	like($unit, qr{^ExecStart=/usr/sbin/wonted-$daemon$}m, '... runs what is installed');
	unlike($unit, qr{/usr/local}, '... and nothing else');
}
ok($in{'wonted-milter'}{'/lib/systemd/system/wonted-milter.socket'}, 'the socket unit');
for my $file (qw(/usr/sbin/wonted /etc/wonted/wonted.conf /etc/wonted/rules/10-impersonation.rules /etc/wonted/rules/lists/free-mail.txt /usr/share/wonted/text.base
	/usr/lib/sysusers.d/wonted.conf /usr/lib/tmpfiles.d/wonted.conf /usr/share/bash-completion/completions/wonted /usr/share/zsh/vendor-completions/_wonted
	/usr/share/man/man5/wonted.conf.5.gz /usr/share/man/man5/wonted-rules.5.gz /usr/share/man/man8/wonted.8.gz /usr/share/wonted/contrib/dovecot/wonted-junk.sieve)) {
	ok($in{wonted}{$file}, "wonted has $file");
}
my ($deb) = glob 'build/deb/wonted_*.deb';
my @conffiles = split /\n/, qx(dpkg-deb -I $deb conffiles);
my @etc = grep { m{^/etc/.*[^/]$} && $in{wonted}{$_} =~ /^-/ } keys %{ $in{wonted} };
is_deeply([sort @conffiles], [sort @etc], 'what an admin edits is a conffile');
for my $deb (glob 'build/deb/*.deb') {
	my $scripts = join "\n", map { scalar qx(dpkg-deb -I $deb $_ 2>/dev/null) } qw(preinst postinst prerm postrm);
	unlike($scripts, qr{/etc/(?:postfix|mail|dovecot|default)|postconf|main\.cf|newaliases}, "$deb: its scripts leave other packages' files alone");
}
SKIP: {
	skip 'lintian is not installed', 1 unless grep { -x "$_/lintian" } split /:/, $ENV{PATH};
	# there is no domain that a maintainer's address could be of
	my $said = qx(lintian --allow-root --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog --fail-on error,warning $changes 2>&1);
	is($?, 0, 'lintian') or diag $said;
}
done_testing;
