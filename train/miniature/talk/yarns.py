"""The anecdotes: who did what, and what came of it.

No frame names a colour, place or sky, and a thing only through `{thing}`: what is invented never contradicts what the
picture shows. Each is told on its own, so any may follow any sentence.
"""

from train.miniature.talk.frames import Pool

YARNS: Pool = (
    "{Kin} [packed|brought] [one|half a] sandwich for [nine|thirty] people and said, \"Cut it small.\" "
    "I still [think|dream] about that sandwich.",
    "{Kin} has this feud with a [goose|swan], like a real one, with [lawyers|letters], and honestly the bird is "
    "winning.",
    "And {kin} goes, \"Trust me, I'm a [plumber|priest],\" and {he} isn't. {He} sells [spoons|hats].",
    "So {kin} tried to pay a man with [cheese|half a sandwich], and, I mean, it worked. {He} got change.",
    "I had soup in my [pocket|hat], don't ask, and {kin} hugged me. Hard. There was soup on the [priest|mayor].",
    "{Kin} was married to a [clown|plumber] for nine days, and {he} still has the [trombone|ladder]. Won't give it "
    "back.",
    "I swear {kin} can smell {things} from a mile away. It's not a gift. {He} just [sneezes|cries].",
    "Nobody in my family is allowed near {things}, not since {kin} and the [wedding|funeral]. There was a judge.",
    "{Kin} said, \"I've got this,\" and, um, {he} did not have it. {He} had a [whistle|pickle] and one shoe.",
    "And {kin}'s [wig|moustache] came off, not all at once, kinda slowly, and everybody [clapped|bowed].",
    "I told {kin}, \"Don't sing.\" So {he} sang. All [nine|thirty] verses, and the last one is about [me|cheese].",
    "There's this guy selling [pickles|secrets], and {kin} bought thirty. Thirty! We still have [nine|most of them].",
    "{Kin} is banned from [the library|three weddings] over {a_thing}, you know, over {a_thing} exactly like that.",
    "I lent {kin} {a_thing} once, and I got back a [goose|ladder] and an apology on a napkin.",
    "You don't want to hear what {kin} calls {things}. Okay, {he} calls them [Gary|darling]. Every one of them.",
    "{Kin} whispered, \"Act natural,\" and, I mean, we were dressed as [vegetables|nuns]. So we [bowed|hummed].",
    "And I'm holding {kin}'s [teeth|trombone], because I lost a bet, and my phone rings. [The mayor|My mother].",
    "{Kin} keeps a list of people who owe {him}, and at the top there's a [baby|swan]. Then me.",
    "I said to {kin}, \"What's the plan?\" and {he} goes, \"There's a plan?\" And {he} was [driving|in charge].",
    "My mother always said never trust {a_thing}. She also said never trust soup. She was [right|busy].",
    "Apparently {kin} can't [swim|whistle], which, you know, is something you say before, not during.",
    "So {kin} [licked|hugged] it. I don't know why. Love, maybe, or [science|nerves]. It didn't help.",
    "There were [nine|thirty] of us and one [spoon|chair], and I'm not saying who, but somebody sold it.",
    "{Kin} tells it differently. In that version there's a [helicopter|sword fight], and {he}'s [taller|the hero].",
    "And this old lady hits me with her [handbag|shoe] and goes, \"That's for your grandfather.\" I never asked.",
    "{Kin} offered me [half a sandwich|a kidney] for it. I said no, and, I mean, I think about that every day.",
    "I was wearing {kin}'s [wedding dress|best wig], long story, and that's when the [priest|mayor] walks by and "
    "winks.",
    "{Kin} had a [speech|poem] ready. For what? Nobody knows. We got the short version. It was forty minutes.",
    "Somebody yelled, \"Duck!\" and, you know, we all got down, except {kin}, who went looking for [bread|the duck].",
    "The last time {kin} was this [happy|quiet], we'd lost {his} [keys|other shoe], and it turned up in the piano.",
    "{Kin} only eats round food, don't ask, so I'd spent all morning biting the corners off [sandwiches|toast].",
    "I hurt my [thumb|elbow], and {kin} goes, \"Let me, I dated a nurse.\" So now it's on the other side.",
    "And {kin} waves at a total stranger, the stranger waves back, and now they're [married|in a band]. Just like "
    "that.",
    "I owed {kin} a favour from the [goose|trombone] thing. So when {he} said, \"Hold this,\" I mean, I held it.",
    "{Kin} has a whole song about {things}. Thirty verses. I'm in it, and I'm not the [hero|good guy].",
    "You know how some people are scared of {things}? {Kin} is. {He} found out right there, and so did we.",
    "We had one rule, no [trombones|speeches]. One! And what does {kin} pull out of that coat? Exactly.",
    "I asked who could [cook|drive], and {kin} said, \"Sort of,\" and that's how we met the [mayor|lawyers].",
    "{Kin} kept saying, \"It's fine, it's fine,\" in that voice, you know, the voice from the [fire|wedding].",
    "There's a statue there now. It just says, \"Please don't,\" and then {kin}'s name. [Spelled wrong|In gold].",
    "{Kin} sneezed. That's all. One sneeze, and [thirty|nine] [pigeons|nuns] just took off.",
    "I'd promised my mother I'd be [careful|normal]. (laughs) She's not silly. She'd already called a lawyer.",
    "And {kin} is crying, and I'm crying, and there's a [waiter|plumber] crying, and he wasn't even with us.",
    "{Kin} swears a [pigeon|goose] winked at {him}. I was there. It wasn't a wink, it was a [threat|promise].",
    "I traded my [sandwich|left shoe] for it, you know, fair and square, and {kin} traded me. For [soup|a chair].",
    "{Kin} gave it a name. Never give it a name! Now it's [Gary|Susan], it's family, and it gets my room.",
    "So {kin} is arguing with the guy, right, and gets him down from nine dollars to [thirty|forty].",
    "My left shoe is still there. I visit on holidays. {Kin} brings it [socks|soup], and we don't talk about it.",
    "I'm not saying {kin} cheats, but nobody has nine aces, and one of them was, like, a [napkin|library card].",
    "{Kin} told everyone it was a [funeral|talent show], so there's this one poor guy dressed as a [potato|pickle].",
    "They still talk about it at the [library|bank]. {Kin} can't go in. Not without the [wig|moustache].",
    "I fell asleep for, like, one minute, and I woke up [engaged|in charge]. {Kin} says I gave a speech.",
    "And you know {kin}, {he}'s got to [press|pull] everything. So there's this button. I mean, goodbye, eyebrows.",
    "Somebody had [eaten|sold] the map, and I'm not naming names, but {kin} burped, and it was, like, paper.",
    "{Kin} used to be famous in [Norway|Belgium], you know, for {things}. We don't bring it up. {He} does.",
    "I've been told, by two judges, that I can't [own|touch] {things} any more. Two! It's because of {kin}.",
    "{Kin} proposed to {a_thing} once, you know, during the bad year. It didn't say yes, but, like, it stayed.",
    "{Kin} read somewhere that {things} can smell fear. So we all had to [hum|smile] the whole time.",
    "I wasn't even supposed to be there. I'd gone out for [milk|bread], in slippers. {Kin} just said, \"Get in.\"",
    "{Kin} hands me a [pickle|whistle] and goes, \"You'll know when.\" I still have it. I still don't know when.",
    "There was music, I think, or {kin} was [snoring|choking]. Either way, a man gave us money.",
    "{Kin} said it'd be [quick|romantic], and packed nine helmets. That should've told me something.",
    "My [ex|boss] was there, of course, looking great, and I've got a [spoon|sandwich] stuck in my hair.",
    "{Kin} did the voice, you know, the [pirate|duchess] voice, and we got free soup. Every single time.",
)  # fmt: skip
