import type { Texts } from './texts.ts';

/** What clerks are told, in Swahili. */
export const sw: Texts = {
  'line-refused': 'Mstari {line} {why} (sababu {reason}){justified}.',
  'line-cut': 'Mstari {line}: {cuts}{justified}.',
  'reason-rejected': 'ulikataliwa na daktari mshauri',
  'reason-1': 'unahusu huduma au dawa ambayo haimo kwenye rejista siku hiyo',
  'reason-2': 'unahusu kitu ambacho hakimo kwenye orodha ya bei ya kituo siku hiyo',
  'reason-3': 'unahusu kitu ambacho hakilipwi na bidhaa yoyote ya mgonjwa kwa ziara kama hiyo',
  'reason-4': 'unahusu kitu ambacho si kwa wagonjwa wa jinsia au umri huu',
  'reason-5': 'unarudia huduma au dawa mapema kuliko inavyoruhusiwa',
  'reason-7': 'unahusu mgonjwa asiye na bima siku hiyo',
  'reason-9': 'ni wa dai lisilo na tarehe, au lenye tarehe kabla ya ziara',
  'reason-10': 'haufai kwa aina ya huduma: kulazwa au kutolazwa',
  'reason-11': 'unazidi idadi ya kulazwa hospitalini',
  'reason-12': 'unazidi idadi ya ziara',
  'reason-13': 'unazidi idadi ya mashauriano',
  'reason-14': 'unazidi idadi ya upasuaji',
  'reason-15': 'unazidi idadi ya kujifungua',
  'reason-16': 'unazidi kiasi ambacho bidhaa hulipa katika kipindi cha bima',
  'reason-17': 'unaangukia kwenye kipindi cha kusubiri',
  'reason-19': 'unazidi idadi ya ziara za kliniki ya wajawazito',
  'cut-quantity': 'kiasi kinacholipwa ni {paid} kati ya {asked}',
  'cut-price': 'daktari mshauri aliweka bei kuwa {price}',
  'cut-deductible': '{amount} ni sehemu anayolipa mgonjwa mwenyewe',
  'cut-category': '{amount} inazidi kiasi ambacho dai la aina hii hulipwa',
  'cut-ceiling': '{amount} inazidi kikomo',
  'line-net-differs':
    'Mstari {line} unataja jumla ya {stated}, lakini bei yake mara kiasi chake ni {computed}, ambayo ndiyo inayohesabiwa.',
  'claim-total-differs':
    'Dai linataja jumla ya {stated}, lakini mistari yake inafikia {computed}, ambayo ndiyo inayohesabiwa.',
  'claim-undecided': 'Dai haliwezi kuamuliwa bado: {lines}. Kamilisha mipangilio, kisha ita Claim/<id>/$process.',
  'line-needs': 'mstari {line} unahitaji {what}',
  'valued-with-index': 'Bei za uwiano zimekokotolewa kwa kigezo {index}.',

  'needs-entry': 'huduma au dawa {code}',
  'needs-price': 'bei ya {code} kwa {currency}',
  'needs-plan': 'bidhaa {product}, inayotajwa na bima {coverage}',
  'needs-plan-currency': 'bidhaa {product} kwa {currency}, sarafu ya dai',
  'needs-ceiling-interpretation':
    'kile ambacho bidhaa {product} inahesabu kuwa huduma ya hospitali (tafsiri yake ya kikomo)',
  'needs-level': 'ngazi ya kituo',
  'needs-birth-date': 'tarehe ya kuzaliwa ya mgonjwa',
  'needs-birth-day': 'tarehe kamili ya kuzaliwa ya mgonjwa, pamoja na siku',
  'needs-gender': 'jinsia ya mgonjwa',
  'needs-product-reference': 'bidhaa: valuedItem.entityReference ya asset ya kwanza',
  'needs-product': 'bidhaa inayotajwa na mkataba',
  'needs-members': 'rekodi ya kila mwanachama: typeReference ya asset ya kwanza',
  'needs-enrolment-day': 'siku ya kujiunga: Contract.issued',
  'needs-renewed': 'polisi inayohuishwa: Contract.supportingInfo',
  'needs-renewed-end': 'siku ya mwisho ya polisi inayohuishwa: asset.period yake',
  'needs-contribution-currency': 'kila mchango kwa {currency}, sarafu ya bidhaa',
  'needs-contribution-amount': 'kiasi cha kila mchango',
  'needs-contribution-date': 'tarehe ya kila mchango',
  'needs-plan-extensions': 'viendelezi {extension} vya bidhaa, vinavyotofautisha aina',
  'needs-start-cycle': 'kila start-cycle ya bidhaa kama SS-MM (siku na mwezi)',
  'needs-insurance-period': 'kipindi cha bima cha bidhaa kwa miezi',

  'covered-by-one': 'Ana bima siku ya {day}: bima moja inatumika.',
  'covered-by-several': 'Ana bima siku ya {day}: bima {count} zinatumika.',
  'not-covered': 'Hana bima siku ya {day}: hakuna bima inayotumika.',
  'coverage-stopped': 'Bima ya siku hii haitumiki.',
  'coverage-ended': 'Ya mwisho iliisha {day}.',
  'coverage-begins': 'Inayofuata inaanza {day}.',
  'coverage-other-one': 'Bima 1 kati ya zilizoulizwa si ya mgonjwa huyu.',
  'coverage-others': 'Bima {count} kati ya zilizoulizwa si za mgonjwa huyu.',
  'coverage-unjudged':
    'Kile ambacho bidhaa {products} hulipa hakijawekwa hapa; jibu hili linasema tu kwamba kuna bima.',
  'excluded-not-covered': 'Bidhaa hailipi hiki.',
  'excluded-waiting': 'Kipindi cha kusubiri hakijaisha.',
  'excluded-quantity-used': 'Kiasi chote kinacholipwa katika kipindi hiki cha bima kimetumika.',
  'excluded-category-used': 'Madai yote ya aina hii yanayolipwa katika kipindi hiki cha bima yametumika.',
  'benefit-undecided': 'Haijaamuliwa: inahitajika {what}.',

  'claim-number-too-long': 'Andika namba yenye tarakimu zisizozidi {digits}.',
  'claim-line-sequence-repeated':
    'Claim.item[{index}] tayari ina namba (sequence) {sequence}. Upe kila mstari namba tofauti.',
  'claim-line-price-missing': 'Sema gharama ya mstari: ongeza unitPrice.value.',
  'claim-currency-mixed':
    'Kiasi hiki ni kwa {currency}, lakini dai linaanza kwa {first}. Tumia sarafu moja katika dai.',
  'claim-currency-default': '{currency} (sarafu ya kiasi kisichotaja sarafu)',
  'reference-required':
    'Andika reference kama {types}, inayotaja rekodi ya seva hii; kitambulisho, rekodi iliyo ndani au rekodi ya seva nyingine haitoshi hapa.',
  'claim-stays':
    'Dai hili limeamuliwa na linabaki. Ili kuliondoa, ita Claim/<id>/$cancel, au badilisha status yake iwe cancelled.',
  'claim-stays-unchanged':
    'Dai hili limeamuliwa na linabaki kama lilivyo. Tuma kilichobadilika kama dai jipya lenye kitambulisho chake, na ulitaje hili katika related: kwa uhusiano prior kama limekataliwa au limefutwa, au kwa replaces, ambao unalifuta.',
  'claim-not-checked': 'Ni dai lililokaguliwa hapa na ambalo halijaamuliwa tu linaloweza kuendelea; hili {state}.',
  'state-status': 'lina status {status}',
  'state-elsewhere': 'limeamuliwa na mfumo mwingine',
  'state-1': 'limekataliwa',
  'state-2': 'halijakaguliwa bado',
  'state-4': 'limekaguliwa',
  'state-8': 'limeshughulikiwa',
  'state-16': 'limekadiriwa thamani',
  'review-line-missing': 'Sema ni mstari upi: ongeza sehemu sequence.',
  'review-line-unknown': 'Dai halina mstari wenye namba {line}.',
  'review-line-rejected': 'Mstari {line} tayari umekataliwa, kwa sababu {reason}.',
  'review-negative': 'Kiasi na bei ni 0 au zaidi.',
  'review-quantity': 'Mstari {line} ulidaiwa kwa kiasi kidogo zaidi; idhinisha kisichozidi hicho.',
  'patient-replaced': 'Rekodi hii iliunganishwa na {patient}. Rejelea hiyo.',
  'number-unknown': 'Hakuna mgonjwa mwenye namba hii. Irekebishe, au rejelea Patient/<id>.',
  'number-of-several': 'Wagonjwa zaidi ya mmoja wana namba hii. Irekebishe, au rejelea Patient/<id>.',

  'payment-amount-invalid':
    'Andika kiasi kilicholipwa: zaidi ya 0, chenye tarakimu zisizozidi {digits} baada ya nukta kwa {currency}.',
  'invoice-currency-differs': 'Ankara ni kwa {currency}. Andika kiasi kwa sarafu hiyo.',
  'payment-currency-differs': 'Malipo ni kwa {currency}. Andika kiasi cha kila kipengele kwa sarafu hiyo.',
  'payment-payee-differs': 'Ankara inapaswa kulipwa kwa {payee}. Mtaje mlipwaji huyo, au ankara iliyokusudiwa.',
  'payment-invoice-closed': 'Ankara ina status {status}, haiwezi kulipiwa. Taja nyingine.',
  'notice-stays':
    'Taarifa inayotumika inahesabiwa kuwa malipo ya ankara yake na inabaki. Ili kuiondoa, badilisha status yake iwe cancelled.',
  'notice-stays-unchanged':
    'Kile ambacho taarifa inayotumika inalipia hakiwezi kubadilishwa. Weka status yake kuwa cancelled na tuma taarifa mpya.',
  'reconciliation-stays':
    'Usuluhishi unaotumika unahesabiwa na unabaki. Ili kuuondoa, badilisha status yake iwe cancelled.',
  'reconciliation-stays-unchanged':
    'Kiasi na vipengele vya usuluhishi unaotumika haviwezi kubadilishwa. Weka status yake kuwa cancelled na tuma mwingine.',
  'reconciliation-unbalanced': 'Vipengele vinazidi kilicholipwa. Rekebisha viasi vyake, au paymentAmount.',
  'reconciliation-large': 'Usuluhishi mmoja unalipa ankara zisizozidi {most}. Ugawanye.',
  'invoice-paid': 'Ankara hii imelipiwa. Futa kwanza taarifa zake za malipo.',
  'invoice-paid-currency': 'Ankara hii imelipiwa kwa sarafu iliyokuwa nayo. Ibaki hiyo.',
  'batch-run-not-due':
    'Bidhaa haina mgawanyo (kiendelezi plan-distribution) wa huduma {care} unaoishia {month}. Ongeza mmoja, au chagua mwezi ambao robo yake au mwaka wake unaishia.',
  'batch-already-run': '{task} imeshakadiria madai ya bidhaa na kipindi hiki. Kila kipindi hushughulikiwa mara moja.',
  'batch-currency-mixed':
    '{answer} iko katika sarafu nyingine kuliko madai yaliyotangulia, au haitaji yoyote, hivyo {task} haijathamini chochote. Isahihishe, kisha omba tena.',
  'premium-set-up-missing': 'Kinachodaiwa hakiwezi kutajwa. Kinakosekana: {what}.',
  'receipt-repeated': 'Risiti hii iko tayari katika mkataba huu. Toa kwa kila mchango namba ya risiti yake.',
  'contract-instalments': 'Bidhaa inaruhusu awamu {most}. Kusanya kwa awamu hii yote yaliyobaki kulipwa.',
  'contract-full': 'Bidhaa haina nafasi kwa wote wanaojiunga. Taja watu wachache zaidi.',
  'contract-unpaid':
    'Bima hii inasubiri kulipwa. Itume kama offered pamoja na kilicholipwa; inaanza yenyewe yote yakilipwa, au afisa akiilazimisha.',
  'claim-quantity-above-maximum': 'Dai moja linaweza kuwa na {most} tu ya hii; hili lina {quantity}.',
  'claim-diagnoses-too-many': 'Toa utambuzi usiozidi {most}: ule mkuu, na ile yenye umuhimu zaidi.',
  'contract-begun':
    'Polisi hii imeanza. Bakiza siku ya kujiunga, bidhaa, wanachama na michango iliyoianzisha, au itume ikiwa na status executed.',

  'claim-withdrawn-stays':
    'Dai hili liliondolewa na linabaki hivyo. Tuma dai jipya lenye kitambulisho chake, na ulitaje hili katika related kwa uhusiano prior.',
  'claim-withdrawn-already': 'Dai hili tayari limeondolewa.',
  'claim-valuated': 'Dai hili limekadiriwa thamani. Kwanza rudisha ukadiriaji wake, kwa Claim/<id>/$reverse.',
  'claim-billed':
    'Dai hili lilikadiriwa na uchakataji wa pamoja na limo kwenye ankara ya kituo chake, kwa hiyo ukadiriaji wake unabaki.',
  'claim-related-self': 'Dai haliwezi kuchukua nafasi yake lenyewe. Taja la awali.',
  'claim-related-provider':
    'Dai la awali ni la mtoa huduma mwingine. Ni aliyewasilisha dai tu anayeweza kulisahihisha.',
  'claim-related-open':
    'Dai la awali halijakataliwa wala kufutwa. Lifute kwanza, au weka uhusiano `replaces`, ambao unalifuta.',
  'claim-replaced': 'Nafasi imechukuliwa na {claim}.',
  'claim-cancelled': 'Limefutwa: {reason}',
  'claim-not-valuated': 'Ni dai lililoshughulikiwa au kukadiriwa hapa tu linaloweza kurudishwa; hili {state}.',
  'grievance-task-kept': 'Kazi hii ni ya kujibu malalamiko. Bakiza code na focus yake; mpe mtu mwingine kwa owner.',
  'grievance-task-stays': 'Kazi hii ni ya kujibu malalamiko na inabaki. Ifunge kwa jibu.',
  'grievance-unanswered':
    'Sema jibu lililotolewa kabla ya kufunga kazi: output ambayo type yake ina msimbo `answer` wa mfumo {system}, pamoja na valueString, au valueReference kwa Communication.',
  'grievance-kept':
    'Haya ni malalamiko na yanabaki hivyo. Jibu kazi yake badala yake, na useme hapo kama hayakuwa malalamiko.',
  'grievance-stays': 'Haya ni malalamiko na yanabaki. Jibu kazi yake badala yake.',
  'feedback-once': 'Jibu kila moja ya maswali matano mara moja; {question} ina majibu {count}.',
  'feedback-answer': 'Jibu {question} kwa moja ya hizi: {answers}.',
  'feedback-claim': 'Sema maoni yanahusu dai lipi: rejeleo moja kama Claim/<id>.',
  'feedback-patient': 'Dai ni la mgonjwa mwingine. Mtaje mgonjwa wa dai, au dai lingine.',
  'cover-not-active': 'Bima hii haitumiki siku ya {day}, kwa hiyo hakuna kadi ya kutoa. Huisha bima kwanza.',
  'no-cover-active':
    'Hakuna bima ya mgonjwa huyu inayotumika siku ya {day}, kwa hiyo hakuna kadi ya kutoa. Huisha bima kwanza.',
};
