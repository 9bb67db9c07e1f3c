"""Common given names, words that no person's name holds, and words that look like names but are none.

General vocabulary, used only to tell persons from bodies and "she" from "he". No list of persons.
"""

from __future__ import annotations

from stance.voices.wordclasses import word_set

MALE = word_set("""
    aaron abdul abdullah adam adrian ahmad ahmed alan albert alberto alejandro aleksandr alex alexander alexei
    alexey alfred ali allan allen amir anatoly andre andreas andrei andrew andriy andrzej andy angel angus
    anthony anton antonio antony arjun arnold arthur artur asa ashraf austin barack barry ben benjamin bernard
    bernie bill billy bob bobby boris brad bradley brandon brendan brent brett brian bruce bryan bryant byron
    carl carlos cesar chad charles charlie chen chris christian christopher chuck clarence claude clint cody
    colin corey craig curtis cyril dale damian dan daniel darren dave david dean denis dennis derek desmond
    diego dmitri dmitry dmytro dominic don donald doug douglas drew dustin dwight earl ed eddie edgar edmund
    eduardo edward edwin elliot emmanuel enrique eric erik ernest ethan eugene evan federico felipe felix
    ferdinand fernando francis francisco franco frank frankie fred frederick gabriel gareth garrett gary gavin
    gene geoff geoffrey george gerald gerard gilbert giorgio giovanni giuseppe glen glenn gordon graham grant
    greg gregory guillermo gustavo guy hamid hank harold harris harry harvey hasan hassan hector heinz henri
    henry herbert hiroshi howard hugh hugo hussein ian ibrahim igor ilya imran ismail ivan jack jackson jacob
    jacques jaime jair jake jamal james jamie jan jared jason javier jay jean jeb jeff jeffrey jeremy jerome
    jerry jesse jim jimmy joachim joaquin joe joel johan john johnny jon jonathan jordan jorge jose josef joseph
    josh joshua juan julian julio justin kai karim karl keith ken kenneth kent kevin khalid kim kirill klaus
    konstantin kurt kyle lance larry lars laurent lawrence lee leo leon leonard leonid leroy lev liam lloyd
    lorenzo louis luca lucas luigi luis lukas luke lyndon mahmoud malcolm manuel marc marco marcos marcus mario
    mark marshall martin marvin masoud mateusz matt matteo matthew maurice max maxim maxime michael michel
    miguel mike mikhail miles mitch mitt mohamed mohammad mohammed moses muhammad mukhtar murray mustafa mykola
    narendra nathan neil nelson nicholas nick nicolas nigel nikita nikolai noah noel norman oleg oleksandr
    oleksiy oliver olivier omar orlando oscar oskar otto owen pablo patrick paul pavel pavlo pedro pete peter
    petr petro phil philip philippe phillip pierre piotr rafael raj ralph ramon randy rashid raul ravi ray
    raymond recep reed reginald reince reinhard rene ricardo richard rick robert roberto robin rod roderick
    rodney rodrigo roger roland roman ron ronald ross roy ruben rudolph rudy rupert russ russell rustam ryan
    said salman salvador sam samuel santiago scott sean sebastian sergei sergey sergio seth shane shaun shawn
    sheldon sidney silvio simon spencer stanislav stanley stefan stephen steve steven stewart stuart syed taras
    taro ted teddy terrence terry thabo thaddeus theodore thomas tim timothy toby todd tom tommy toni tony
    travis trent trevor tyler vadim valery viktor vincent vitali vitaliy vladimir vladislav volodymyr wade
    walter warren wayne werner wesley will willem william wolfgang yasser yevgeny yuri yuriy yusuf zachary
    zbigniew
""")
FEMALE = word_set("""
    abigail adriana agnes aisha alexandra alice alicia alison allison alyssa amanda amber amelia amy ana
    anastasia andrea angela angelina anita ann anna anne annette annie april ashley audrey barbara beatrice
    becky belinda bernadette beth betsy betty beverly bonnie brenda bridget brooke camille carla carly carmen
    carol caroline carolyn catherine cecile cecilia celia charlene charlotte chelsea cheryl chloe christa
    christina christine christy cindy claire clara claudia colleen connie constance courtney crystal cynthia
    daisy dana danielle daria dawn debbie deborah debra denise diana diane dilma dolores donna dora doris
    dorothy edith eileen elaine eleanor elena elise eliza elizabeth ella ellen eloise elsa emily emma erica erin
    esther eva eve evelyn farah fatima faye fiona florence frances gail gayle geraldine gillian gina giorgia
    gloria grace greta gretchen gwen hannah harriet heather heidi helen helena helene hilary hillary holly huma
    ida ingrid irene irina iris isabel isabella ivanka jackie jacqueline jan jane janet janice jasmine jean
    jeanne jeannette jenna jennifer jenny jessica jill jo joan joann joanna joanne jocelyn josephine joy joyce
    juanita judith judy julia juliana julie june kamala karen karin kate katherine kathleen kathryn kathy katie
    katrina kay kelly kellyanne kerry kimberly kirsten kirstjen kristen kristi kristin kristina larisa latoya
    laura lauren laurie leila lena leslie leticia lilian lillian lily linda lindsay lindsey lisa liz lois
    loretta lori lorraine louise lucia lucy lydia lynn lyudmila mackenzie madeleine maggie malala mara marcia
    margaret margarita maria mariam mariana marianne marie marilyn marina marine marion marissa marjorie marlene
    marta martha mary maryam maureen maya megan meghan melania melanie melinda melissa mercedes meredith mia
    michelle mildred mina miranda miriam molly monica monique nadia nadine nancy naomi natalia natalie natasha
    nicola nicole nikki nina nora norma oksana olena olga olivia pamela patricia patty paula pauline peggy penny
    phoebe phyllis priti rachel ramona randi rebecca regina renee rhonda rita roberta rosa rosalind rosalyn rose
    rosemary roxanne ruth sabrina sally samantha sandra sara sarah shannon sharon sheila shelley sherry shirley
    silvia sofia sonia sophia sophie stacey stacy stella stephanie sue susan susana suzanne svetlana sylvia
    tamara tammy tanya tara tatiana tatyana teresa theresa tiffany tina tracey tracy trisha ursula valentina
    valerie vanessa vera veronica victoria violet virginia vivian wanda wendy whitney winnie yelena yolanda
    yulia yvette yvonne zainab zoe
""")
INSTITUTIONS = word_set("""
    academy act administration africa african agency agenda airlines airport alliance amendment america
    america's american archive army assembly association authority avenue award bank bay beach bill board
    boulevard bridge broadcasting brothers building bureau bush's cabinet campaign caucus center central centre
    chamber charter church city club coalition coast college command commission committee company conference
    congress constitution constitutional convention coordination corp corporation corps council county court day
    declaration defence defense democracy democrat democratic democrats department development directorate
    district division duty east eastern economic education elections embassy energy enforcement enterprise
    europe european exchange executive federal federation fellowship festival fleet forces foreign forum
    foundation freedom front fund game gazette general government group guard guardian hall health herald high
    hill homeland hospital hotel house inc independent industries initiative inn institute institution
    intelligence international islamic islands journal justice kingdom labor labour lake law laws league
    legislature liberation liberties library magazine mail market media memorial middle military ministry
    mission monitor morning mountain movement museum national nations navy network news north northern oblast
    observatory office olympic organisation organization pact panel park parliament parties partnership party
    pentagon plan platform police policy poll polls polytechnic post presidential press prison program programme
    project province publishing quarterly radio regiment region register regulatory relations report
    representatives republic republican republicans reserve resources review revolution river road room rule
    rules saturday school science security senate senators service services session shield society south
    southern square star state statement states station street strip studies summit supreme survey system task
    team technology telegraph television temple territory theater theatre times tower town trade treaty tribunal
    tribune trust union unit united university valley village volunteers war watch west western white wildlife
    women workers works world youth zone
""")
NOT_NAMES = word_set("""
    a about according african after against all also although american an and another any april arab are as
    asian asked at august australian be because before black both brazilian british but by can canadian catholic
    chinese christian citing conservative could dear december democrat democratic democrats despite did do does
    dr during each earlier east eastern either european even every february few first five following for former
    four french friday from german good gop gov great had has have he her here him his hispanic how however i if
    in indeed indian instead iranian is israeli it italian its january japanese jewish july june just korean
    last later latino let liberal like many march may maybe me meanwhile mexican monday more most mr mrs ms
    muslim my neither new next no nor north northern not november now october of on once one only or other our
    over perhaps please polish president rep republican republicans russian said saturday says sen september
    several she should since so some south southern spanish speaking still such sunday thanks that the their
    them then there these they this those though three thursday to today tuesday turkish two ukrainian under
    unless unlike until us was we wednesday well were west western what when where whether which while white who
    why will with would yes yesterday yet you
""")
