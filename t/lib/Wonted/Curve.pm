package Wonted::Curve;
# How well scores tell two classes apart. Higher is worse; a score that both have counts half.
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(one_minus_auc limit_at missed);

# one_minus_auc - how often a good one has more than a bad one, in percent; undef where a class is empty
sub one_minus_auc {
	my ($good, $bad) = @_;
	return unless @$good && @$bad;
	my %at;
	$at{ $_ + 0 }[0]++ for @$good;
	$at{ $_ + 0 }[1]++ for @$bad;
	my ($below, $wrong) = (0, 0);
	for my $score (sort { $a <=> $b } keys %at) {
		my ($g, $b) = map { $_ // 0 } @{ $at{$score} }[0, 1];
		# bad ones lie above $below good ones, so the other good ones lie above them
		$wrong += $b * (@$good - $below - $g / 2);
		$below += $g;
	}
	return 100 * $wrong / @$good / @$bad;
}

# limit_at - the least score that may be a limit, so that no more than a share of the good ones reaches it
sub limit_at {
	my ($good, $share) = @_;
	my @sorted = sort { $b <=> $a } @$good;
	# 0.001 x 1,000 is less than 1 to a computer
	my $may = int(@sorted * $share + 1e-9);
	return $may < @sorted ? $sorted[$may] : undef;
}

# missed - of scores, how many do not lie above a limit of limit_at()
sub missed { my ($limit, @scores) = @_; return defined $limit ? scalar grep { $_ <= $limit } @scores : 0 }

1;
