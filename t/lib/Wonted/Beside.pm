package Wonted::Beside;
# Other filters, to stand beside ours: each with a configuration and data of its own in a folder, and without a
# network (they run where only the loopback is). Messages have a file and client_ip, helo, rdns, mail_from, rcpt.
# Each is taught by train(), good and bad ones, and gives scores by score(): higher is worse. limit() is what the
# filter itself calls spam.
use strict;
use warnings;
use File::Path ();
use HTTP::Tiny;
use JSON::PP;
use Wonted::Corpus qw(slurp);
use Wonted::Place;
use Wonted::Redis;

our %all = (bogofilter => 'Wonted::Beside::Bogofilter', rspamd => 'Wonted::Beside::Rspamd', spamassassin => 'Wonted::Beside::SpamAssassin');

# missing - why a filter cannot be run here, or ''
sub missing {
	my ($name) = @_;
	return "there is no filter \"$name\"; known are " . join(', ', sort keys %all) unless $all{$name};
	my $why = $all{$name}->lacks;
	return $why && "$name needs $why: contrib/debian/install-packages eval";
}
sub program { my ($name) = @_; return scalar grep { -x "$_/$name" } split /:/, $ENV{PATH} }

sub new {
	my ($class, $name, $place) = @_;
	my $self = bless { place => $place, dir => $place->path($name), name => $name }, $all{$name};
	File::Path::make_path($self->{dir});
	return $self->begin;
}
sub begin { return $_[0] }

package Wonted::Beside::Bogofilter;
our @ISA = 'Wonted::Beside';
sub lacks { return Wonted::Beside::program('bogofilter') ? '' : 'bogofilter' }
sub limit { return 0.99 }
sub bogofilter {
	my ($self, $messages, @options) = @_;
	my $list = $self->{place}->write("$self->{name}/list", join '', map { "$_->{file}\n" } @$messages);
	open my $in, '-|', 'sh', '-c', 'exec bogofilter -C -d "$1" "$3" -b <"$2"', 'sh', $self->{dir}, $list, @options or die "bogofilter: $!\n";
	my @lines = <$in>;
	close $in;
	# 0, 1 and 2 are what it thinks of the last message
	die "bogofilter @options: exit status ", $? >> 8, "\n" if $? >> 8 > 2;
	return @lines;
}
sub train {
	my ($self, $good, $bad) = @_;
	$self->bogofilter($good, '-n') if @$good;
	$self->bogofilter($bad, '-s') if @$bad;
}
sub score {
	my ($self, $messages) = @_;
	return unless @$messages;
	my %of = map { /^(\S+) ([\d.]+)$/ ? ($1 => $2) : () } $self->bogofilter($messages, '-TT');
	return map { $of{ $_->{file} } // die "bogofilter did not answer for $_->{file}\n" } @$messages;
}

package Wonted::Beside::SpamAssassin;
our @ISA = 'Wonted::Beside';
# its own library in a process of its own: what it keeps goes with that
sub lacks {
	return 'Mail::SpamAssassin' unless eval { require Mail::SpamAssassin; 1 };
	return -d '/usr/share/spamassassin' ? '' : 'its rules in /usr/share/spamassassin';
}
sub limit { return 5 }
sub filter {
	my ($self) = @_;
	my $dir = $self->{dir};
	$self->{place}->write("$self->{name}/user_prefs", "bayes_path $dir/bayes\nbayes_auto_learn 0\nuse_auto_whitelist 0\nbayes_auto_expire 0\ndns_available no\nskip_rbl_checks 1\n");
	require Mail::SpamAssassin;
	my $sa = Mail::SpamAssassin->new({ rules_filename => '/usr/share/spamassassin', site_rules_filename => '/etc/spamassassin', userprefs_filename => "$dir/user_prefs",
		userstate_dir => $dir, home_dir_for_helpers => $dir, local_tests_only => 1, dont_copy_prefs => 1, debug => 0 });
	$sa->init(1);
	return $sa;
}
# lines that CODE prints in a process of its own
sub apart {
	my ($self, $code) = @_;
	my $pid = open(my $in, '-|') // die "fork: $!\n";
	if (!$pid) {
		$code->($self->filter);
		close STDOUT;
		require POSIX;
		POSIX::_exit(0);
	}
	my @lines = <$in>;
	close $in;
	die "SpamAssassin: exit status ", $? >> 8, "\n" if $?;
	return @lines;
}
sub train {
	my ($self, $good, $bad) = @_;
	$self->apart(sub {
		my ($sa) = @_;
		$sa->init_learner({ force_expire => 0, learn_to_journal => 0, wait_for_lock => 1, caller_will_untie => 1 });
		for (map({ [$_, 0] } @$good), map { [$_, 1] } @$bad) {
			my $mail = $sa->parse(Wonted::Corpus::slurp($_->[0]{file}));
			$sa->learn($mail, undef, $_->[1], 0)->finish;
			$mail->finish;
		}
		$sa->rebuild_learner_caches;
		$sa->finish_learner;
	});
}
sub score {
	my ($self, $messages) = @_;
	my @scores = map { /^score (\S+)/ ? $1 : () } $self->apart(sub {
		my ($sa) = @_;
		for (@$messages) {
			my $mail = $sa->parse(Wonted::Corpus::slurp($_->{file}));
			my $status = $sa->check($mail);
			printf "score %s\n", $status->get_score;
			$status->finish;
			$mail->finish;
		}
	});
	die "SpamAssassin: " . @scores . ' scores of ' . @$messages . " messages\n" unless @scores == @$messages;
	return @scores;
}

package Wonted::Beside::Rspamd;
our @ISA = 'Wonted::Beside';
sub lacks { my @missing = grep { !Wonted::Beside::program($_) } qw(rspamd redis-server); return join ' and ', @missing }
# where it adds its header
sub limit { return 6 }
sub begin {
	my ($self) = @_;
	my ($place, $dir, $name) = @$self{qw(place dir name)};
	my $redis = Wonted::Redis->new($place, name => "$name-redis")->start;
	my ($scan, $learn) = Wonted::Place::free_ports(2);
	my %local = ('worker-normal.inc' => "bind_socket = \"127.0.0.1:$scan\";\ncount = 2;\n", 'worker-controller.inc' => "bind_socket = \"127.0.0.1:$learn\";\nsecure_ip = \"127.0.0.1\";\n",
		'worker-proxy.inc' => "enabled = false;\n", 'worker-fuzzy.inc' => "enabled = false;\n", 'redis.conf' => 'servers = "' . $redis->address . "\";\n",
		'classifier-bayes.conf' => "backend = \"redis\";\nautolearn = false;\n", 'logging.inc' => "type = \"console\";\nlevel = \"error\";\n",
		'options.inc' => "dns {\n\ttimeout = 0.1s;\n\tretransmits = 1;\n\tnameserver = [\"127.0.0.1:1\"];\n}\n", map { ("$_.conf" => "enabled = false;\n") } qw(fuzzy_check greylist history_redis rbl surbl asn ratelimit));
	$place->write("$name/local.d/$_", $local{$_}) for keys %local;
	File::Path::make_path("$dir/run", "$dir/db", "$dir/log");
	$place->start("$name/out", 'rspamd', '-f', '-i', '--var', "LOCAL_CONFDIR=$dir", '--var', "RUNDIR=$dir/run", '--var', "DBDIR=$dir/db", '--var', "LOGDIR=$dir/log");
	@$self{qw(scan learn http)} = ("http://127.0.0.1:$scan", "http://127.0.0.1:$learn", HTTP::Tiny->new(timeout => 60, keep_alive => 1));
	Wonted::Place::wait_for(sub { $self->{http}->get("$self->{scan}/ping")->{success} && $self->{http}->get("$self->{learn}/ping")->{success} }, 60) or die "rspamd does not answer; see $dir/out\n";
	return $self;
}
sub ask {
	my ($self, $url, $m) = @_;
	my %told = (IP => $m->{client_ip}, Helo => $m->{helo}, Hostname => $m->{rdns}, From => $m->{mail_from}, Rcpt => $m->{rcpt});
	my $r = $self->{http}->post($url, { content => Wonted::Corpus::slurp($m->{file}), headers => { 'Content-Type' => 'message/rfc822', map { ($told{$_} // '') eq '' ? () : ($_ => $told{$_}) } keys %told } });
	# 208: it has learned this already, 204: too few words to learn
	die "rspamd: $r->{status} $r->{content}\n" unless $r->{success} || $r->{status} == 208;
	return $r->{content};
}
sub train {
	my ($self, $good, $bad) = @_;
	$self->ask("$self->{learn}/learnham", $_) for @$good;
	$self->ask("$self->{learn}/learnspam", $_) for @$bad;
}
sub score { my ($self, $messages) = @_; return map { JSON::PP::decode_json($self->ask("$self->{scan}/checkv2", $_))->{score} + 0 } @$messages }

1;
